namespace MeterPipeline.Ingest;

/// <summary>A count that any thread may raise and read.</summary>
public sealed class Counter
{
    private long value;

    public long Value => Interlocked.Read(ref value);

    public void Increment() => Interlocked.Increment(ref value);

    public void Add(long more) => Interlocked.Add(ref value, more);
}
