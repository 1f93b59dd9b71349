using MeterPipeline.Benchmarks;
using MeterPipeline.Benchmarks.Load;

var options = new Options(args);
switch (options.Verb)
{
    case "ingest":
        return IngestBenchmark.Run(options);
    case "fold":
        return FoldBenchmark.Run(options);
    case "fuzz":
        return FuzzBenchmark.Run(options);
    case "abuse":
        return AbuseBenchmark.Run(options);
    case "load":
        return LoadGenerator.Run(options);
    default:
        Console.Error.WriteLine("Usage: ingest|fold [--seconds 10] [--meters 10000] [--connections 8] [--window 4096] [--runs 3] [--out FILE]\n"
            + "       fuzz [--packets 10000000] [--seed 20261121] [--lanes 4] [--out FILE]\n"
            + "       abuse [--seconds 10] [--connections 8] [--rate 2000] [--limit 5000] [--idle 10000] [--only NAME] [--out FILE]");
        return 2;
}
