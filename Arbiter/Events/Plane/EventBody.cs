using System.Net.Mime;
using MassTransit;

namespace Arbiter.Events.Plane;

/// <summary>Puts the bytes of an event on the wire as they are: no envelope and no headers of the library, which would name this host.</summary>
internal sealed class EventBody : IMessageSerializer
{
    public static readonly EventBody Instance = new();

    public ContentType ContentType { get; } = new("application/json");

    public MessageBody GetMessageBody<T>(SendContext<T> context) where T : class => context.Message switch
    {
        VipEvent e => new BytesMessageBody(e.Body),
        WarmUp w => new BytesMessageBody(w.Body),
        _ => throw new InvalidOperationException($"{typeof(T).Name} is no event"),
    };
}
