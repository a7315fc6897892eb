using System.Buffers.Text;
using System.Text;

namespace Contracts.Bus;

/// <summary>
/// Proves that the whole path lives: what a process publishes under its own user's key must come back through its own queue. A confirm
/// alone proves only half of it. Sends nothing itself; its owner asks for the next one each period. Thread safe.
/// </summary>
/// <param name="process">Names this process; another process of the same user hears these canaries too, and they prove nothing to it.</param>
internal sealed class Canary(string process, TimeProvider time)
{
    /// <summary>So many in a row, and the connections are made anew.</summary>
    public const int MostMisses = 3;
    /// <summary>So many, those of connections made anew included, and the path is called dead.</summary>
    public const int DeadMisses = 5;

    private readonly byte[] _process = Encoding.UTF8.GetBytes(process + " ");
    private readonly Lock _gate = new();
    private long _number;
    private long _first = 1;
    private long _sentAt;
    private bool _awaited;
    private int _misses;
    private double? _lastMs;
    private long _rebuilds;

    public LinkHealth Health
    {
        get { lock (_gate) return new LinkHealth(_lastMs, _misses, _rebuilds); }
    }

    /// <summary>New connections: what was sent over the old ones proves nothing about them. The misses go on counting.</summary>
    public void Begin()
    {
        lock (_gate) (_first, _awaited) = (_number + 1, false);
    }

    /// <summary>The body of the next one: process and number, compared as bytes and never parsed as a message.</summary>
    public byte[] Next()
    {
        lock (_gate)
        {
            (_number, _sentAt, _awaited) = (_number + 1, time.GetTimestamp(), true);
            return [.. _process, .. Encoding.ASCII.GetBytes($"{_number}")];
        }
    }

    /// <summary>What came in on the canary exchange. False for anything that is not one of ours over these connections.</summary>
    public bool Returned(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(_process)) return false;
        var digits = body[_process.Length..];
        if (!Utf8Parser.TryParse(digits, out long number, out var used) || used != digits.Length) return false;
        lock (_gate)
        {
            if (number < _first || number > _number) return false;
            // a late one proves the path as well, but says nothing about the way of the newest
            if (number == _number) _lastMs = time.GetElapsedTime(_sentAt).TotalMilliseconds;
            (_awaited, _misses) = (false, 0);
            return true;
        }
    }

    /// <summary>Its time is over: when nothing came back since it was sent, that is a miss. Returns how many in a row.</summary>
    public int Judge()
    {
        lock (_gate)
        {
            if (_awaited) _misses++;
            _awaited = false;
            return _misses;
        }
    }

    /// <summary>The broker blocks us and says so: what is on its way is no miss.</summary>
    public void Forgive()
    {
        lock (_gate) _awaited = false;
    }

    public void Rebuilt()
    {
        lock (_gate) _rebuilds++;
    }
}

/// <summary>No canary came back: connected, and yet not.</summary>
internal sealed class CanaryLostException(string message) : Exception(message);
