using Lab.Hosts;

namespace Lab;

/// <summary>How a lab was asked to be; kept in lab.json while it stands.</summary>
internal sealed record LabOptions
{
    public LabMode Mode { get; init; } = LabMode.Full;
    /// <summary>advert_int: 1 s speaks VRRPv2 with a password, 100 ms VRRPv3.</summary>
    public TimeSpan Advert { get; init; } = TimeSpan.FromMilliseconds(100);
    /// <summary>Hold-down, freeze and the limit of own fences; off, so that faults may follow each other.</summary>
    public bool Brakes { get; init; }
    /// <summary>How long a recovered node must be healthy before it is armed again.</summary>
    public TimeSpan Rearm { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The classic keepalived.conf, steered by a down file.</summary>
    public bool DownFile { get; init; }

    public string AdvertText => Advert == TimeSpan.FromSeconds(1) ? "1s" : $"{Advert.TotalMilliseconds:0}ms";

    /// <exception cref="LabError">No whole number of seconds, or too many.</exception>
    public static TimeSpan ParseRearm(string text) =>
        text.EndsWith('s') && int.TryParse(text[..^1], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var seconds) && seconds is >= 1 and <= 60
            ? TimeSpan.FromSeconds(seconds)
            : throw new LabError($"--rearm '{text}': give whole seconds from 1s to 60s", LabError.Usage);

    /// <exception cref="LabError">Neither 1s nor 100ms.</exception>
    public static TimeSpan ParseAdvert(string text) => text switch
    {
        "1s" => TimeSpan.FromSeconds(1),
        "100ms" => TimeSpan.FromMilliseconds(100),
        _ => throw new LabError($"--advert '{text}': use 1s (VRRPv2) or 100ms (VRRPv3)", LabError.Usage),
    };
}
