using Yarp.ReverseProxy.Forwarder;

namespace Demo.Page;

/// <summary>
/// How a request is passed on: with the host that the browser asked for, by which a replica judges where a request came from. An answer that is a stream
/// ends, when its source stops or breaks off, as if it had ended by itself: to a browser that is the end of one stream of events and the
/// beginning of the next, not an error.
/// </summary>
/// <param name="stopped">When an answer is to end; none: it comes in one piece, and is given up instead.</param>
internal sealed class Passing(CancellationToken stopped) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.Headers.Host = httpContext.Request.Host.Value;
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (stopped.CanBeCanceled && proxyResponse is { IsSuccessStatusCode: true })
        {
            var source = proxyResponse.Content;
            var ending = new StreamContent(new Ending(await source.ReadAsStreamAsync(cancellationToken), stopped));
            foreach (var (name, values) in source.Headers) ending.Headers.TryAddWithoutValidation(name, values);
            proxyResponse.Content = ending;
        }
        return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    private sealed class Ending(Stream source, CancellationToken stopped) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopped);
            try
            {
                return await source.ReadAsync(buffer, either.Token);
            }
            catch (Exception e) when (e is IOException || e is OperationCanceledException && stopped.IsCancellationRequested)
            {
                return 0;
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read asynchronously");
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) source.Dispose();
            base.Dispose(disposing);
        }
    }
}
