using System.Text;
using Contracts.Configuration;

namespace NodeAgent.Configuration;

/// <summary><c>haproxySocket: /path</c>, with <c>backend</c> and <c>minUp</c> when servers are to be counted.</summary>
internal static class HaproxySocketReader
{
    /// <summary>sun_path of unix(7), without its terminating zero.</summary>
    private const int MostBytes = 107;

    public static ProbeOptions? Read(string name, Section section)
    {
        var pathValue = section.Optional("haproxySocket");
        var path = FilePath.Read(pathValue);
        if (path is not null && Encoding.UTF8.GetByteCount(path) > MostBytes)
        {
            pathValue.Wrong($"is longer than {MostBytes} bytes, the most that the kernel takes for the path of a socket");
            path = null;
        }
        var backendValue = section.Optional("backend");
        var backend = ReadBackend(backendValue);
        var minUpValue = section.Optional("minUp");
        var minUp = minUpValue.Integer(1, 10_000);
        if (minUpValue.Present && !backendValue.Present) minUpValue.Wrong("has no backend beside it: add 'backend', whose servers are counted");
        var probe = ProbeCommon.Read(name, section, ProbeDefaults.HaproxySocket(backendValue.Present));
        return path is null ? null : probe with { HaproxySocket = path, Backend = backend, MinUp = minUp ?? 1 };
    }

    /// <summary>The characters that haproxy allows in the name of a proxy (configuration manual, section 4).</summary>
    private static string? ReadBackend(Value value)
    {
        if (value.Text("the name of a backend", 256) is not { } text) return null;
        if (text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':')) return text;
        value.Wrong("is no name of a backend: letters, digits, '-', '_', '.' and ':', as behind 'backend' or 'listen' in haproxy.cfg");
        return null;
    }
}
