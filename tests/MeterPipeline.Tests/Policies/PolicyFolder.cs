namespace MeterPipeline.Tests.Policies;

/// <summary>A folder of policy files that vanishes with the test.</summary>
internal sealed class PolicyFolder : IDisposable
{
    /// <summary>A policy with nothing wrong; tests spoil a line of it.</summary>
    public const string Sound = """
        id: village-2025
        version: 1
        title: Village
        document: 文〔2025〕1号
        clause: 三
        areas: ["140826"]
        seasons:
          from: 2025-2026
        heating:
          start: "11-15"
          end: "03-15"
        exclusions: [central-heating]
        rules:
          - route: coal-to-gas
            rate: 1
            season-cap: 1200
            separation: none
            clause: 三（二）
        top-ups:
          - who: [dibao]
            amount: 200
            payer: county
            clause: 三（二）
        """;

    public PolicyFolder(params (string Name, string Text)[] files)
    {
        foreach (var (name, text) in files) File.WriteAllText(System.IO.Path.Combine(Path, name), text);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("policies").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
