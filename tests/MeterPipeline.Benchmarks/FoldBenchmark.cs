namespace MeterPipeline.Benchmarks;

public static class FoldBenchmark
{
    public static int Run(Options options) => options.Number("runs", 3);
}
