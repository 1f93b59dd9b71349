using MeterPipeline.Benchmarks;
using MeterPipeline.Benchmarks.Settle;
using MeterPipeline.Cli;

var options = new Options(args);
switch (options.Verb)
{
    case "ingest" or "api":
        return await CommandLine.RunAsync(["bench", .. args]);
    case "fold":
        return FoldBenchmark.Run(options);
    case "fuzz":
        return FuzzBenchmark.Run(options);
    case "abuse":
        return AbuseBenchmark.Run(options);
    case "ledger":
        return await LedgersBenchmark.RunAsync(options);
    case "influx":
        return await InfluxBenchmark.RunAsync(options);
    case "nodes":
        return await NodesBenchmark.RunAsync(options);
    case "workbook":
        return WorkbookBenchmark.Run(options);
    case "settle":
        return SettleBenchmark.Run(options);
    case SettleRun.Verb:
        return SettleRun.Run(options);
    default:
        Console.Error.WriteLine("Usage: ingest, api [--help]: the same as meterpipeline bench ingest and api\n"
            + "       fold [--meters 1000] [--runs 3] [--sample 500] [--households 160000] [--out FILE]\n"
            + "       fuzz [--packets 10000000] [--minutes 60] [--after 0] [--seed 20261121] [--lanes 4] [--out FILE]\n"
            + "       abuse [--pairs 3] [--seconds 5] [--connections 8] [--rate 2000] [--limit 5000] [--idle 10000] [--only NAME] [--out FILE]\n"
            + "       ledger [--meters 10000] [--per-day 96] [--days 1] [--runs 1] [--out FILE]\n"
            + "       influx [--meters 10000] [--days 1] [--runs 3] [--out FILE]\n"
            + "       nodes [--meters 20000] [--seconds 8] [--percent 0,15] [--out FILE]\n"
            + "       workbook [--households 160000] [--only lines|xlsx|csv|sdk|tree] [--out FILE]\n"
            + "       settle [--households 20000,80000,160000] [--city DIR] [--out FILE]");
        return 2;
}
