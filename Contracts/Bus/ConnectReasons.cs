using System.Net.Sockets;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Contracts.Bus;

/// <summary>What went wrong with the broker, in words that say what, where and what to do. The password is in none of them.</summary>
public static class ConnectReasons
{
    public static string Of(Exception e, LinkOptions options, string user, string vhost)
    {
        var where = $"{options.Uri.Host}:{(options.Uri.Port > 0 ? options.Uri.Port : options.Uri.Scheme == "amqps" ? 5671 : 5672)}";
        foreach (var cause in Causes(e))
        {
            switch (cause)
            {
                case CanaryLostException c:
                    return $"RabbitMQ at {where}: {c.Message}";
                case AuthenticationFailureException or PossibleAuthenticationFailureException:
                    return $"RabbitMQ at {where} refused user '{user}': check the user's name, its password and its right to log in from here";
                case OperationInterruptedException { ShutdownReason: { } reason }:
                    return Of(reason, options, user, vhost, where);
                case SocketException s:
                    return $"cannot reach RabbitMQ at {where}: {s.SocketErrorCode}; check that the broker runs and listens there";
                case System.Security.Authentication.AuthenticationException tls:
                    return $"TLS with RabbitMQ at {where} failed: {tls.Message}";
                case TimeoutException or OperationCanceledException:
                    return $"RabbitMQ at {where} did not answer in time";
            }
        }
        var last = Causes(e).Last();
        return $"RabbitMQ at {where}: {last.GetType().Name}: {last.Message}";
    }

    public static string Of(ShutdownEventArgs reason, LinkOptions options, string user, string vhost, string? where = null)
    {
        where ??= options.Uri.Authority;
        return reason.ReplyCode switch
        {
            404 => $"an exchange is not there yet: an arbiter declares it ({reason.ReplyText})",
            405 => $"queue {options.Queue} is still locked by an earlier connection: waiting until the broker lets it go",
            403 => $"user '{user}' lacks a permission in vhost '{vhost}': {reason.ReplyText}",
            530 => $"vhost '{vhost}' at {where} is not there or closed to user '{user}': {reason.ReplyText}",
            320 => $"RabbitMQ at {where} closed the connection: {reason.ReplyText}",
            _ => reason.Exception is { } e ? $"connection with {where} lost: {e.Message}" : $"connection with {where} lost: {reason.ReplyCode} {reason.ReplyText}",
        };
    }

    private static IEnumerable<Exception> Causes(Exception e)
    {
        for (var (next, depth) = (e, 0); next is not null && depth < 8; depth++)
        {
            yield return next;
            next = next is AggregateException { InnerExceptions.Count: > 0 } all ? all.InnerExceptions[0] : next.InnerException!;
        }
    }
}
