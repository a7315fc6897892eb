using System.Threading.Channels;
using Contracts.Bus;
using Contracts.Hosting;
using Contracts.Vocabulary;
using Contracts.Wire;
using Microsoft.Extensions.Logging;
using NodeAgent.Core;

namespace NodeAgent.Reporting;

/// <summary>
/// Turns what happens on the link into inputs (<see cref="OrderIntake"/>). With the inbox full an order is dropped, because the next says the
/// same or better; that the link came or went is said once, and waits.
/// </summary>
internal sealed class OrderReader(
    ISteeringLink link, MessageCodec codec, MessageVerifier verifier, NodeId node, ProcessClock clock, ChannelWriter<Input> inbox, ILogger<OrderReader> log)
{
    private readonly OrderIntake _intake = new(codec, verifier, node, clock, log);

    public long Dropped => _intake.Dropped;

    public async Task Run(CancellationToken stopping)
    {
        await foreach (var happened in link.Events.ReadAllAsync(stopping).ConfigureAwait(false))
        {
            if (_intake.Read(happened) is not { } input) continue;
            if (input is Input.LinkChanged) await inbox.WriteAsync(input, stopping).ConfigureAwait(false);
            else inbox.TryWrite(input);
        }
    }
}
