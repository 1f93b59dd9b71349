using MeterPipeline.Benchmarks;
using MeterPipeline.Benchmarks.Load;

var options = new Options(args);
switch (options.Verb)
{
    case "ingest":
        return IngestBenchmark.Run(options);
    case "fold":
        return FoldBenchmark.Run(options);
    case "load":
        return LoadGenerator.Run(options);
    default:
        Console.Error.WriteLine("Usage: ingest|fold [--seconds 10] [--meters 10000] [--connections 8] [--window 4096] [--runs 3] [--out FILE]");
        return 2;
}
