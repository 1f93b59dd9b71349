using System.CommandLine;

namespace MeterPipeline.Cli;

public static class DemoCommand { public static Command Create() => new("demo"); }
