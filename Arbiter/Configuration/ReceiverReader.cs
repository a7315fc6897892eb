using System.Collections.Immutable;
using System.Net;
using Contracts.Configuration;
using Contracts.Vocabulary;

namespace Arbiter.Configuration;

/// <summary>The <c>receivers:</c> list: who is told, and how it is made sure that nobody else is.</summary>
internal static class ReceiverReader
{
    private const int MostSecrets = 4;
    private const int MostNetworks = 32;
    private const string Prefix = "whsec_";

    /// <summary>Null when something is wrong; empty without receivers.</summary>
    /// <param name="known">Their names, also of those that are wrong elsewhere, so that routes are checked all the same. Null when one has no name to be known by.</param>
    public static List<ReceiverOptions>? Read(Section root, out IReadOnlyCollection<string>? known)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        known = names;
        var value = root.Optional("receivers");
        if (!value.Present) return [];
        known = null;
        if (value.List(0, ReceiverOptions.Most, "receivers") is not { } items) return null;
        var receivers = new List<ReceiverOptions>();
        var nameless = false;
        foreach (var item in items)
            if (item.Section() is not { } section) nameless = true;
            else if (ReadOne(section, names, ref nameless) is { } receiver) receivers.Add(receiver);
        known = nameless ? null : names;
        return receivers.Count == items.Count ? receivers : null;
    }

    private static ReceiverOptions? ReadOne(Section section, HashSet<string> names, ref bool nameless)
    {
        var name = ReadName(section.Required("name", "give the receiver a name; its progress is kept under it"), names, ref nameless);
        var type = section.Required("type", "give webhook");
        if (type.Text("webhook", 64) is { } kind && kind != "webhook")
        {
            type.Wrong(kind is "dingtalk" or "feishu" or "wecom" or "slack" or "pagerduty" or "alertmanager" or "smtp" or "mail"
                ? $"'{kind}' is not available in this version: write webhook, and let what is behind it translate"
                : "is no type of a receiver: write webhook");
            // what its keys mean is not known
            section.IgnoreRest();
            return null;
        }
        var allow = ReadAllow(section.Optional("allow"));
        var allowHttp = section.Optional("allowHttp").Boolean() ?? false;
        var url = ReadUrl(section.Required("url", "give the address, such as https://alerts.example/hook"), allowHttp, allow);
        var proxy = ReadProxy(section.Optional("proxy"));
        var timeout = section.Optional("timeout").Duration(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30)) ?? ReceiverOptions.DefaultTimeout;
        var secrets = ReadSecrets(section);
        if (name is null || url is null || secrets is null || allow is null || type.Faulty || section.Has("proxy") && proxy is null) return null;
        return new ReceiverOptions { Name = name, Url = url, Secrets = [.. secrets], Allow = [.. allow], Proxy = proxy, Timeout = timeout };
    }

    private static string? ReadName(Value value, HashSet<string> names, ref bool nameless)
    {
        var text = value.Text("a name", 200);
        if (text is null || !Names.IsValid(text)) nameless = true;
        if (text is null) return null;
        if (!Names.IsValid(text)) value.Wrong($"is no name of a receiver: {Names.Rule}");
        else if (text == ReceiverOptions.Reserved) value.Wrong($"'{text}' is the arbiter's own receiver for the exchange vip.events: give this one another name");
        else if (!names.Add(text)) value.Wrong($"'{text}' is the name of an earlier receiver: give each its own");
        else return text;
        return null;
    }

    private static Uri? ReadUrl(Value value, bool allowHttp, List<IPNetwork>? allow)
    {
        // the text may hold a key in its path or query, so no message repeats it
        if (value.Text("an address", 2048) is not { } text) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.Host.Length == 0)
            value.Wrong("is no web address: write it such as https://alerts.example/hook");
        else if (url.UserInfo.Length > 0)
            value.Wrong("holds a user or password before the '@': a receiver knows us by the signature; remove it");
        else if (url.Fragment.Length > 0)
            value.Wrong("holds a '#', and what is behind it is never sent: remove it");
        else if (url.Scheme == "http" && !allowHttp)
            value.Wrong("is http, which anybody on the way can read: write https, or add 'allowHttp: true'");
        else if (allow is not null && IPAddress.TryParse(url.Host.Trim('[', ']'), out var literal) && AddressRules.Refusal(literal, allow) is { } why)
            value.Wrong($"is never connected to: {why}");
        else
            return url;
        return null;
    }

    private static Uri? ReadProxy(Value value)
    {
        if (value.Text("an address", 1024) is not { } text) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme != "http" || url.Host.Length == 0)
            value.Wrong("is no address of a proxy: write it such as http://proxy.example:3128");
        else if (url.UserInfo.Length > 0)
            value.Wrong("holds a user or password before the '@': such a proxy is not supported; remove it");
        else
        {
            value.Doubtful("resolves the receiver's name itself: which address it connects to is checked by nobody here");
            return url;
        }
        return null;
    }

    private static List<IPNetwork>? ReadAllow(Value value)
    {
        if (!value.Present) return [];
        if (value.List(1, MostNetworks, "networks") is not { } items) return null;
        var networks = new List<IPNetwork>();
        foreach (var item in items)
        {
            if (item.Text("a network", 64) is not { } text) continue;
            // the parser would take 10.0.0.1/8 for 10.0.0.0/8, and who wrote it meant one or the other
            if (!IPNetwork.TryParse(text, out var network) || !IPAddress.TryParse(text.Split('/')[0], out var first) || !first.Equals(network.BaseAddress)) item.Wrong("is no network: write it such as 10.0.0.0/8, its first address before the '/'");
            else if (network.PrefixLength == 0) item.Wrong("is every address there is: name the networks that are meant");
            else networks.Add(network);
        }
        return networks.Count == items.Count ? networks : null;
    }

    private static List<ImmutableArray<byte>>? ReadSecrets(Section section)
    {
        var (one, several) = (section.Optional("secret"), section.Optional("secrets"));
        if (one.Present && several.Present)
        {
            several.Wrong("stands beside 'secret': give one of the two");
            return null;
        }
        if (!several.Present)
            return ReadSecret(section.Required("secret", "give the key that signs, whsec_ and the base64 of 24 to 64 random bytes, best as \"${file:/etc/arbiter/ops.secret}\"")) is { } key ? [key] : null;
        if (several.List(1, MostSecrets, "secrets") is not { } items) return null;
        var keys = new List<ImmutableArray<byte>>();
        foreach (var item in items)
            if (ReadSecret(item) is { } key) keys.Add(key);
        return keys.Count == items.Count ? keys : null;
    }

    private static ImmutableArray<byte>? ReadSecret(Value value)
    {
        if (value.Secret() is not { } text) return null;
        text = text.Trim();
        Span<byte> bytes = stackalloc byte[96];
        if (text.StartsWith("whsk_", StringComparison.Ordinal))
            value.Wrong("is a key for ed25519 signatures (v1a), which this version cannot make: give a whsec_ key");
        else if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            value.Wrong("does not begin with whsec_: make one by: echo \"whsec_$(head -c 32 /dev/urandom | base64)\"");
        else if (!Convert.TryFromBase64String(text[Prefix.Length..], bytes, out var length) || length is < 24 or > 64)
            value.Wrong("is not the base64 of 24 to 64 bytes behind whsec_");
        else
            return [.. bytes[..length]];
        return null;
    }
}
