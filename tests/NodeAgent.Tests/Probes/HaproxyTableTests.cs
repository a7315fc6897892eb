using System.Text;
using NodeAgent.Core;
using NodeAgent.Probes;

namespace NodeAgent.Tests.Probes;

public sealed class HaproxyTableTests
{
    private const string Heading = "# pxname,svname,qcur,status,type,check_status,last_chk,\n";

    private static HaproxyTable Table(string text)
    {
        var (table, problem) = HaproxyTable.Parse(Encoding.UTF8.GetBytes(text));
        Assert.Equal("", problem);
        return table!;
    }

    private static string Problem(string text) => HaproxyTable.Parse(Encoding.UTF8.GetBytes(text)).Problem;

    [Fact]
    public void Fields_are_found_by_the_name_of_their_column_wherever_it_stands()
    {
        var row = Assert.Single(Table("# type,status,new,svname,pxname,\n2,UP,7,a,web,\n\n").Rows);
        Assert.Equal(("web", "a", "UP", HaproxyRowKind.Server, "7", ""), (row.Proxy, row.Name, row.Status, row.Kind, row["new"], row["gone"]));
    }

    [Fact]
    public void Quoted_fields_may_hold_commas_quotes_and_line_ends()
    {
        var rows = Table(Heading + "web,a,0,DOWN,2,L7RSP,\"a \"\"b\"\", c\nd\",\nweb,b,0,UP,2,,,\n\n").Rows.ToArray();
        Assert.Equal(2, rows.Length);
        Assert.Equal("a \"b\", c\nd", rows[0]["last_chk"]);
        Assert.Equal(("b", "UP"), (rows[1].Name, rows[1].Status));
    }

    [Fact]
    public void Short_rows_have_empty_fields_and_long_ones_are_read_by_their_columns()
    {
        var rows = Table(Heading + "web,a\nweb,b,0,UP,2,,,x,y,z\n").Rows.ToArray();
        Assert.Equal(("", null), (rows[0].Status, rows[0].Kind));
        Assert.Equal("UP", rows[1].Status);
    }

    [Fact]
    public void Lines_may_end_as_on_the_wire_of_others() => Assert.Equal("x", Assert.Single(Table("# pxname,svname,status,type,last_chk\r\nweb,a,UP,2,x\r\n").Rows)["last_chk"]);

    [Theory]
    [InlineData("", "the answer is no statistics: it is empty")]
    [InlineData("Unknown command, but maybe\n", "the answer is no statistics: Unknown command, but maybe")]
    [InlineData("# pxname,svname,status,type,\nweb,a,U", "the answer breaks off")]
    [InlineData("# pxname,svname,status,\nweb,a,UP,\n", "the statistics have no column 'type'")]
    [InlineData("# \n", "the statistics have no column 'pxname'")]
    public void What_is_no_table_says_what_it_is(string text, string problem) => Assert.Equal(problem, Problem(text));

    [Fact]
    public void Rows_have_a_limit() => Assert.Equal("the statistics have more than 16384 rows",
        Problem(Heading + string.Concat(Enumerable.Repeat("w,a,0,UP,2,,,\n", HaproxyTable.MostRows + 1))));

    [Fact]
    public void No_bytes_make_it_throw_or_run_on()
    {
        var random = new Random(4711);
        var alphabet = Encoding.ASCII.GetBytes(",,,\n\n\"\"\r# aU2xÿ");
        for (var round = 0; round < 20_000; round++)
        {
            var tail = new byte[random.Next(0, 60)];
            for (var i = 0; i < tail.Length; i++) tail[i] = alphabet[random.Next(alphabet.Length)];
            byte[] bytes = [.. Encoding.ASCII.GetBytes(round % 3 == 0 ? "# " : Heading), .. tail, .. round % 2 == 0 ? "\n"u8.ToArray() : []];
            if (HaproxyTable.Parse(bytes).Table is not { } table) continue;
            foreach (var row in table.Rows)
                _ = (row.Proxy, row.Name, row.Status, row.Kind, row["last_chk"], row["nothing"]);
            _ = HaproxyVerdict.Servers(table, "a", 1);
        }
    }

    [Theory]
    [InlineData("UP", true)]
    [InlineData("UP 1/3", true)]
    [InlineData("no check", true)]
    [InlineData("DOWN", false)]
    [InlineData("DOWN 1/2", false)]
    [InlineData("DOWN (agent)", false)]
    [InlineData("MAINT", false)]
    [InlineData("MAINT (via web/a)", false)]
    [InlineData("DRAIN", false)]
    [InlineData("NOLB", false)]
    [InlineData("UPSIDE", false)]
    [InlineData("", false)]
    public void A_server_counts_while_it_takes_new_connections(string status, bool counts)
    {
        Assert.Equal(counts, HaproxyVerdict.IsUp(status));
        var verdict = HaproxyVerdict.Servers(Table(Heading + $"web,a,0,{status},2,,,\nweb,BACKEND,0,UP,1,,,\n"), "web", 1);
        Assert.Equal(counts ? SampleResult.Good : SampleResult.Bad, verdict.Result);
    }

    [Fact]
    public void The_reason_names_the_servers_that_are_missing_and_only_of_that_backend()
    {
        var table = Table(Heading + "web,FRONTEND,0,OPEN,0,,,\nweb,a,0,UP,2,L4OK,,\nweb,b,0,DOWN,2,* L4CON,refused,\nweb,c,0,MAINT,2,,,\nweb,BACKEND,0,UP,1,,,\napi,d,0,UP,2,,,\napi,BACKEND,0,UP,1,,,\n");
        Assert.Equal((SampleResult.Good, "1 of 3 servers up; b DOWN (L4CON), c MAINT"), HaproxyVerdict.Servers(table, "web", 1));
        Assert.Equal((SampleResult.Bad, "1 of 3 servers up, 2 needed; b DOWN (L4CON), c MAINT"), HaproxyVerdict.Servers(table, "web", 2));
        Assert.Equal((SampleResult.Good, "1 of 1 servers up"), HaproxyVerdict.Servers(table, "api", 1));
        Assert.Equal((SampleResult.Bad, "haproxy has no backend 'wep'; it has web, api"), HaproxyVerdict.Servers(table, "wep", 1));
    }
}
