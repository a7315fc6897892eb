using System.Diagnostics;
using System.Text.Json;
using Arbiter.Notifications;
using Arbiter.Notifications.Webhook;
using Contracts.Vocabulary;

namespace Arbiter.Tests.Notifications;

/// <summary>What we sign, verified by an implementation that is not ours: the npm package of the Standard Webhooks project, fetched for the test.</summary>
[Trait("tier", "integration")]
public sealed class OtherImplementationTests : IDisposable
{
    private const string Package = "standardwebhooks@1.1.1";
    private const string Verify = """
        const { Webhook } = require("standardwebhooks");
        const tries = JSON.parse(require("fs").readFileSync(0, "utf8"));
        console.log(JSON.stringify(tries.map(t => {
          try { new Webhook(t.secret).verify(t.body, { "webhook-id": t.id, "webhook-timestamp": t.timestamp, "webhook-signature": t.signature }); return "good"; }
          catch (e) { return e.message; }
        })));
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("standardwebhooks-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Signatures_are_good_to_the_projects_own_library_and_changed_ones_are_not()
    {
        await Run("npm", null, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", _folder, Package);
        await using var server = await HookServer.Start(200);
        var options = WebhookTests.Options(server.Url);
        using var receiver = new WebhookReceiver(options, ClusterName.Parse("chengdu"), [], TimeProvider.System);
        await receiver.Deliver(WebhookTests.Event("umlaut ä, chinese 成都, quote \", <tag>"), new DeliveryAttempt(1, true), Stop);
        Assert.True(server.Got.TryDequeue(out var got));

        string Secret(int i) => "whsec_" + Convert.ToBase64String([.. options.Secrets[i]]);
        var stranger = "whsec_" + Convert.ToBase64String(new byte[32]);
        object Try(string secret, Hooked h) => new { secret, id = h.Id, timestamp = h.Timestamp, signature = h.Signature, body = h.Body };
        object[] tries =
        [
            // during a rotation both secrets verify
            Try(Secret(0), got), Try(Secret(1), got),
            Try(stranger, got), Try(Secret(0), got with { Body = got.Body + " " }), Try(Secret(0), got with { Id = "evt_other" }), Try(Secret(0), got with { Timestamp = "1700000000" }),
        ];
        var answers = JsonSerializer.Deserialize<string[]>(await Run("node", JsonSerializer.Serialize(tries), "-e", Verify))!;
        Assert.Equal(["good", "good"], answers[..2]);
        Assert.All(answers[2..], a => Assert.NotEqual("good", a));
    }

    private async Task<string> Run(string program, string? input, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        using var process = Start(start, program);
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments.Take(2))} failed; this test needs the npm registry for {Package}: {await error}");
        return await output;
    }

    private static Process Start(ProcessStartInfo start, string program)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"{program} could not be started; 'tests/run integration' installs nodejs and npm ({e.Message})");
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
