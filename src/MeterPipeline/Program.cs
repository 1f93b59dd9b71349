return await MeterPipeline.Cli.CommandLine.RunAsync(args);
