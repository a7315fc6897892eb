using Yarp.ReverseProxy.Forwarder;

namespace Demo.Page;

/// <summary>
/// Lets a passed-on answer end as if it had ended by itself when its source is shut or breaks off. To a browser that is the end of one stream
/// of events and the beginning of the next, not an error.
/// </summary>
internal sealed class EndingTransformer(CancellationToken shut) : HttpTransformer
{
    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is { IsSuccessStatusCode: true })
        {
            var source = proxyResponse.Content;
            var ending = new StreamContent(new Ending(await source.ReadAsStreamAsync(cancellationToken), shut));
            foreach (var (name, values) in source.Headers) ending.Headers.TryAddWithoutValidation(name, values);
            proxyResponse.Content = ending;
        }
        return await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
    }

    private sealed class Ending(Stream source, CancellationToken shut) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, shut);
            try
            {
                return await source.ReadAsync(buffer, either.Token);
            }
            catch (Exception e) when (e is IOException || e is OperationCanceledException && shut.IsCancellationRequested)
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
