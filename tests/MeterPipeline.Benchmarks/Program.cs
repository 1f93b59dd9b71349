using MeterPipeline.Benchmarks;
using MeterPipeline.Cli;

var options = new Options(args);
switch (options.Verb)
{
    case "ingest":
        return await CommandLine.RunAsync(["bench", .. args]);
    case "fold":
        return FoldBenchmark.Run(options);
    case "fuzz":
        return FuzzBenchmark.Run(options);
    case "abuse":
        return AbuseBenchmark.Run(options);
    case "ledger":
        return await LedgersBenchmark.RunAsync(options);
    case "workbook":
        return WorkbookBenchmark.Run(options);
    default:
        Console.Error.WriteLine("Usage: ingest [--help]: the same as meterpipeline bench ingest\n"
            + "       fold [--meters 1000] [--runs 3] [--sample 500] [--households 160000] [--out FILE]\n"
            + "       fuzz [--packets 10000000] [--minutes 60] [--after 0] [--seed 20261121] [--lanes 4] [--out FILE]\n"
            + "       abuse [--pairs 3] [--seconds 5] [--connections 8] [--rate 2000] [--limit 5000] [--idle 10000] [--only NAME] [--out FILE]\n"
            + "       ledger [--meters 10000] [--per-day 96] [--days 1] [--runs 1] [--out FILE]\n"
            + "       workbook [--households 160000] [--only lines|xlsx|csv|sdk|tree] [--out FILE]");
        return 2;
}
