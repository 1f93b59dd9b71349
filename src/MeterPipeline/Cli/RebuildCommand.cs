using System.CommandLine;

namespace MeterPipeline.Cli;
public static class RebuildCommand { public static Command Create() => new("rebuild"); }
public static class RunCommand { public static Command Create() => new("run"); }
public static class DemoCommand { public static Command Create() => new("demo"); }
