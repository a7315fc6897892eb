using System.Text;
using System.Text.Json;
using Contracts.Vocabulary;
using Contracts.Wire;

namespace Arbiter.Quorum;

/// <param name="Json">What was signed; empty when it is not to be believed.</param>
/// <param name="Error">Empty, or the name under which the server is shown.</param>
internal sealed record Opened(string Json, string Error, string Detail);

/// <summary>
/// Signs what goes into the register and looks at what comes back, before anything of it is believed. The signature is the value's last
/// member, <c>"mac":"keyId:base64"</c>, and covers the ballot too, so that an older value cannot be put back under a newer number. Programs
/// from before signatures skip the member. Each text is looked at once. Thread safe.
/// </summary>
/// <param name="acceptUnsigned">While upgrading from a version without signatures: their values are believed.</param>
internal sealed class ValueSeal(RegisterMac mac, ClusterName cluster, bool acceptUnsigned)
{
    public const string Unsigned = "UNSIGNED";
    public const string Forged = "FORGED";
    public const string Foreign = "FOREIGN";
    public const string WrongCluster = "WRONGCLUSTER";
    public const string WrongFormat = "FORMAT";
    public const string TooLarge = "TOOLARGE";
    public const string BadValue = "BADVALUE";
    public const string BadPromise = "BADPROMISE";

    /// <summary>A server of this name and this arbiter do not belong together: what is there may be good, and lead elsewhere.</summary>
    public static bool IsStrange(string name) => name is Unsigned or Foreign or WrongCluster or WrongFormat;

    /// <summary>Somebody wrote into a server that is shown under this name, and only deleting what is there helps.</summary>
    public static bool IsSpoilt(string name) => name is Forged or TooLarge or BadValue or BadPromise or RedisErrors.WrongType or LuaScripts.BadReply;

    /// <summary>What to delete on a server that somebody wrote into.</summary>
    public string Keys => $"{RegisterKeys.Register(cluster)} and {RegisterKeys.Probe(cluster)}";

    /// <summary>More changes than an arbiter tries in 40 years.</summary>
    private const long MaxAhead = 1_000_000_000;

    private const string Member = ",\"mac\":\"";
    private const int MaxTail = Names.MaxLength + 1 + 44;
    /// <summary>The most bytes that signing adds.</summary>
    public const int MostAdded = 128;

    private sealed record Seen(Ballot Ballot, string Text, Opened Opened);

    private volatile Seen? _sealed;
    private volatile Seen? _opened;
    private long _generation;
    private long _number;

    /// <summary>
    /// A promise is not signed: whoever follows one at the end of the range can make no ballot above it, so that one server would stop all arbiters.
    /// False for one too far above every ballot that came with a signature to be an arbiter's.
    /// </summary>
    public bool IsPlausible(Ballot promised) =>
        promised.Generation <= Math.Max(Ballot.MaxGeneration, Volatile.Read(ref _generation)) && promised.Number - Volatile.Read(ref _number) <= MaxAhead;

    private void Believe(Ballot ballot)
    {
        Highest.Raise(ref _generation, ballot.Generation);
        Highest.Raise(ref _number, ballot.Number);
    }

    public string Seal(Ballot ballot, string json)
    {
        if (_sealed is { } last && last.Ballot == ballot && ReferenceEquals(last.Opened.Json, json)) return last.Text;
        var text = $"{json.AsSpan(0, json.Length - 1)}{Member}{mac.NewestId}:{mac.Sign(mac.NewestId, ballot.Text, json)}\"}}";
        _sealed = new Seen(ballot, text, new Opened(json, "", ""));
        Believe(ballot);
        return text;
    }

    /// <summary>Never throws.</summary>
    public Opened Open(Ballot accepted, string text)
    {
        if (_sealed is { } own && own.Ballot == accepted && own.Text == text) return own.Opened;
        if (_opened is { } last && last.Ballot == accepted && last.Text == text) return last.Opened;
        var opened = Look(accepted, text);
        _opened = new Seen(accepted, text, opened);
        if (opened.Error.Length == 0) Believe(accepted);
        return opened;
    }

    private Opened Look(Ballot accepted, string text)
    {
        if (text.Length > RegisterValue.MaxStored || Encoding.UTF8.GetByteCount(text) > RegisterValue.MaxStored)
            return Refused(TooLarge, $"its value has more than {RegisterValue.MaxStored} bytes: no arbiter wrote it");
        var (json, keyId, signature) = Split(text);
        if (!TryPeek(json, out var format, out var written)) return Refused(BadValue, "its value is no register: is the key used by another program?");
        var itsCluster = Names.IsValid(written) ? $"'{written}'" : "without a proper name";
        if (written != cluster.Value) return Refused(WrongCluster, $"its value is of the cluster {itsCluster}, and this is '{cluster}': does the address lead to another cluster's server?");
        if (keyId is null)
        {
            if (!acceptUnsigned)
                return Refused(Unsigned, "its value is not signed: an arbiter from before signatures wrote it (say 'quorum.unsigned: accept' while upgrading), or somebody else");
        }
        else if (!mac.Knows(keyId))
        {
            return Refused(Foreign, $"its value is signed with the key '{keyId}', which is not in this arbiter's cluster key: another cluster's server, or a key that only some arbiters have");
        }
        else if (!mac.Verify(keyId, accepted.Text, json, signature))
        {
            return Refused(Forged, $"its value is not what was signed with the key '{keyId}': somebody changed it, or it is of a cluster of the same name with another key");
        }
        return RegisterValue.Reads(format) ? new Opened(json, "", "")
            : Refused(WrongFormat, $"its value has format {format}, this program knows format {RegisterValue.Format}: an arbiter of another version leads; run one version");
    }

    private static Opened Refused(string name, string why) => new("", name, why);

    /// <summary>A tail that is no signature is a part of the value: then it is unsigned.</summary>
    private static (string Json, string? KeyId, string Signature) Split(string text)
    {
        var at = text.LastIndexOf(Member, StringComparison.Ordinal);
        if (at < 0 || !text.EndsWith("\"}", StringComparison.Ordinal) || text.Length - 2 - at - Member.Length is not (> 0 and <= MaxTail)) return (text, null, "");
        var tail = text[(at + Member.Length)..^2];
        var colon = tail.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && Names.IsValid(tail.AsSpan(0, colon)) ? (text[..at] + "}", tail[..colon], tail[(colon + 1)..]) : (text, null, "");
    }

    /// <summary>The format and the cluster, which stand first in everything that an arbiter wrote.</summary>
    private static bool TryPeek(string json, out int format, out string cluster)
    {
        (format, cluster) = (0, "");
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
            for (bool haveFormat = false, haveCluster = false; reader.Read() && reader.TokenType == JsonTokenType.PropertyName;)
            {
                var (isFormat, isCluster) = (reader.ValueTextEquals("fmt"), reader.ValueTextEquals("cluster"));
                if (!reader.Read()) return false;
                if (isFormat)
                {
                    if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out format)) return false;
                    haveFormat = true;
                }
                else if (isCluster)
                {
                    if (reader.TokenType != JsonTokenType.String) return false;
                    (cluster, haveCluster) = (reader.GetString() ?? "", true);
                }
                else
                {
                    reader.Skip();
                }
                if (haveFormat && haveCluster) return true;
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // not even JSON, or a text that is no Unicode
        }
        return false;
    }
}
