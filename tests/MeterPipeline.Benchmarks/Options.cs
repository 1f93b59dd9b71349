using System.Globalization;

namespace MeterPipeline.Benchmarks;

/// <summary>A verb and <c>--name value</c> pairs.</summary>
public sealed class Options(string[] args)
{
    public string Verb => args.Length > 0 ? args[0] : "";

    public int Number(string name, int otherwise) =>
        Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public string? Text(string name)
    {
        var at = Array.IndexOf(args, "--" + name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
