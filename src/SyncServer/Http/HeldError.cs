namespace KhsCrm.SyncServer.Http;

/// <summary>The body of an answer: passed on as it is written, but kept back while the answer is an error.</summary>
internal sealed class HeldError(HttpResponse response, Stream body) : Stream
{
    private MemoryStream? _held;

    /// <summary>The error; empty if the answer is none.</summary>
    public ReadOnlySpan<byte> Content => _held is null ? [] : _held.GetBuffer().AsSpan(0, (int)_held.Length);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private Stream Target => response is { HasStarted: false, StatusCode: >= 400 } ? _held ??= new MemoryStream() : body;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Target.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Target.FlushAsync(cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => Target.Write(buffer, offset, count);

    public override void Flush() => Target.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
