using System.Text.Json;
using Arbiter.Core;
using Arbiter.Quorum;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Arbiter.Tests.Quorum;

/// <summary>What is written is signed, and what comes back is believed only as it was signed.</summary>
public sealed class ValueSealTests
{
    private const string Old = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private const string New = "k2:IAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static readonly Ballot One = Ballot.Of(7, 1, 1);
    private static readonly Ballot Two = Ballot.Of(7, 2, 1);
    private static readonly string Json = (RegisterValueTests.Empty with { Outbox = Outbox.Empty }).ToJson();

    internal static ValueSeal Seal(string keys = Old, string cluster = "chengdu", bool acceptUnsigned = false) =>
        new(new RegisterMac(KeyRing.Parse(keys), ClusterName.Parse(cluster)), ClusterName.Parse(cluster), acceptUnsigned);

    [Fact]
    public void What_was_signed_opens_and_the_signed_form_is_recorded()
    {
        var text = Seal().Seal(One, Json);
        Assert.Equal(Json[..^1] + ",\"mac\":\"k1:fixed\"}", text[..^46] + "fixed\"}");
        Assert.Equal(new Opened(Json, "", ""), Seal().Open(One, text));
        Assert.True(text.Length - Json.Length <= ValueSeal.MostAdded);
    }

    [Fact]
    public void A_program_from_before_signatures_reads_what_is_signed()
    {
        Assert.True(RegisterValue.TryParse(Seal().Seal(One, Json), out var read, out var why), why);
        Assert.Equal(Json, read.ToJson());
    }

    [Theory]
    [InlineData("a changed letter", "FORGED")]
    [InlineData("under another ballot", "FORGED")]
    [InlineData("another key of the same name", "FORGED")]
    [InlineData("no signature at all", "UNSIGNED")]
    [InlineData("a signature that is none", "UNSIGNED")]
    [InlineData("cut short", "BADVALUE")]
    [InlineData("a key that is not known", "FOREIGN")]
    [InlineData("another cluster with the same key", "WRONGCLUSTER")]
    [InlineData("another cluster, not signed", "WRONGCLUSTER")]
    [InlineData("a newer format", "FORMAT")]
    [InlineData("too large", "TOOLARGE")]
    [InlineData("no JSON", "BADVALUE")]
    [InlineData("half of a surrogate", "BADVALUE")]
    [InlineData("nothing", "BADVALUE")]
    public void What_was_not_signed_so_is_named_and_nothing_of_it_is_read(string what, string name)
    {
        var good = Seal().Seal(One, Json);
        var text = what switch
        {
            "a changed letter" => good.Replace("\"term\":3", "\"term\":4", StringComparison.Ordinal),
            "under another ballot" => Seal().Seal(Two, Json),
            "another key of the same name" => Seal("k1:" + New[3..]).Seal(One, Json),
            "no signature at all" => Json,
            "a signature that is none" => Json[..^1] + ",\"mac\":\"\"}",
            "cut short" => good[..(good.Length / 4)][..20],
            "a key that is not known" => Seal(New).Seal(One, Json),
            "another cluster with the same key" => Seal(cluster: "elsewhere").Seal(One, Json.Replace("chengdu", "elsewhere", StringComparison.Ordinal)),
            "another cluster, not signed" => Json.Replace("chengdu", "elsewhere", StringComparison.Ordinal),
            "a newer format" => Seal().Seal(One, Json.Replace("\"fmt\":2", "\"fmt\":3", StringComparison.Ordinal)),
            "too large" => Seal().Seal(One, Json[..^1] + ",\"x\":\"" + new string('x', RegisterValue.MaxStored) + "\"}"),
            "no JSON" => "hello",
            "half of a surrogate" => "{\"fmt\":2,\"cluster\":\"\\ud800\"}",
            _ => "",
        };
        var opened = Seal().Open(One, text);
        Assert.Equal((name, ""), (opened.Error, opened.Json));
        Assert.NotEmpty(opened.Detail);
        Assert.Equal(opened, Seal().Open(One, text));
    }

    [Fact]
    public void Every_single_changed_character_is_noticed()
    {
        var (seal, good) = (Seal(), Seal().Seal(One, Json));
        for (var i = 0; i < good.Length; i++)
        {
            var changed = good[..i] + (char)(good[i] ^ 1) + good[(i + 1)..];
            // base64 has bits in its last character that mean nothing
            if (i != good.Length - 4) Assert.NotEqual("", seal.Open(One, changed).Error);
        }
    }

    [Fact]
    public void While_a_key_is_rotated_both_are_believed_and_the_first_signs()
    {
        var (before, between, after) = (Seal($"{Old}\n{New}"), Seal($"{New}\n{Old}"), Seal(New));
        Assert.Equal("", between.Open(One, before.Seal(One, Json)).Error);
        Assert.Equal("", before.Open(One, between.Seal(One, Json)).Error);
        Assert.Equal("", after.Open(One, between.Seal(One, Json)).Error);
        Assert.Equal("FOREIGN", after.Open(One, before.Seal(One, Json)).Error);
    }

    [Fact]
    public void A_value_from_before_signatures_is_believed_only_while_upgrading_and_only_of_this_cluster()
    {
        var upgrading = Seal(acceptUnsigned: true);
        Assert.Equal(Json, upgrading.Open(One, Json).Json);
        Assert.Equal("WRONGCLUSTER", upgrading.Open(One, Json.Replace("chengdu", "elsewhere", StringComparison.Ordinal)).Error);
        Assert.Equal("FORGED", upgrading.Open(One, Seal().Seal(Two, Json)).Error);
        Assert.Contains("\"mac\":\"k1:", upgrading.Seal(Two, Json), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_key_signs_no_register_and_the_derivation_is_recorded()
    {
        var mac = new RegisterMac(KeyRing.Parse(Old), ClusterName.Parse("chengdu"));
        Assert.Equal("BSdSzO+v3c+Y6Hv35PB8tTxtCbEbde2d/HP3xYvs47A=", mac.Sign("k1", One.Text, "{}"));
        Assert.NotEqual(mac.Sign("k1", One.Text, "{}"), new RegisterMac(KeyRing.Parse(Old), ClusterName.Parse("other")).Sign("k1", One.Text, "{}"));
    }

    [Fact]
    public void Members_of_a_newer_program_are_written_back_as_they_were_read_wherever_they_may_stand()
    {
        var newer = Assigning.Apply(RegisterValueTests.Empty with { Outbox = Outbox.Empty }, [Move("web", 0, "lb1")]).Value.ToJson()
            .Replace("\"rev\":11", "\"rev\":11,\"lanes\":{\"a\":[1,2]}", StringComparison.Ordinal)
            .Replace("\"holder\":\"lb1\"", "\"holder\":\"lb1\",\"weight\":7", StringComparison.Ordinal)
            .Replace("\"fired\":{}", "\"fired\":{},\"paused\":true", StringComparison.Ordinal);
        Assert.True(RegisterValue.TryParse(newer, out var read, out var why), why);

        // an older program takes over, moves the group, writes a wish
        var moved = Assigning.Apply(read with { Leader = "b/2", Term = 4 }, [Move("web", 11, "lb2"), Move("db", 0, "lb1")]);
        Assert.All(moved.Verdicts, v => Assert.True(v.Granted));
        var written = Assigning.ApplyWishes(moved.Value, [new TimedWish(new OutboxWish.Diagnoses(GroupName.Parse("web"), [new OpenDiagnosis("Split", "warning", "two")]), default)]);
        using var document = JsonDocument.Parse(Seal().Open(Two, Seal().Seal(Two, written.ToJson())).Json);
        var root = document.RootElement;
        Assert.Equal("""{"a":[1,2]}""", root.GetProperty("lanes").GetRawText());
        Assert.Equal(7, root.GetProperty("groups").GetProperty("web").GetProperty("weight").GetInt32());
        Assert.Equal("lb2", root.GetProperty("groups").GetProperty("web").GetProperty("holder").GetString());
        Assert.False(root.GetProperty("groups").GetProperty("db").TryGetProperty("weight", out _));
        Assert.True(root.GetProperty("outbox").GetProperty("paused").GetBoolean());
    }

    [Fact]
    public void A_group_says_the_same_when_only_its_history_differs_and_another_when_a_newer_programs_member_does()
    {
        GroupEntry With(string members) => Parsed("{\"web\":{\"epoch\":1,\"holder\":\"lb1\",\"prev\":null,\"reason\":\"r\",\"since\":\"2026-01-01T00:00:00Z\",\"moves\":[]" + members + "}}");
        Assert.True(With(",\"weight\":1").SaysTheSame(With(",\"weight\":1")));
        Assert.True(With("").SaysTheSame(With("") with { Moves = [new MoveEntry(1, null, "lb1", "r", default)] }));
        Assert.False(With(",\"weight\":1").SaysTheSame(With(",\"weight\":2")));
        Assert.False(With(",\"weight\":1").SaysTheSame(With("")));
        Assert.False(With("").SaysTheSame(With(",\"weight\":1")));
        Assert.False(With("").SaysTheSame(With("") with { Holder = "lb2" }));
    }

    private static GroupEntry Parsed(string groups)
    {
        Assert.True(RegisterValue.TryParse(Json.Replace("\"groups\":{}", "\"groups\":" + groups, StringComparison.Ordinal), out var value, out var why), why);
        return value.Groups["web"];
    }

    private static TimedProposal Move(string group, long expected, string holder) =>
        new(new Proposal(GroupName.Parse(group), expected, NodeId.Parse(holder), "failover"), default);
}
