namespace MeterPipeline.Tests.House;

/// <summary>The sources that these tests were built from.</summary>
internal static class Repository
{
    private static readonly HashSet<string> NotKept = ["bin", "obj", "node_modules", "TestResults", "data", "BenchmarkDotNet.Artifacts", ".git", ".vs", ".idea"];

    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Path from the root with forward slashes.</summary>
    public static string Relative(string file) => Path.GetRelativePath(Root, file).Replace('\\', '/');

    /// <summary>Every file under a folder that is kept in version control (what .gitignore names is skipped), in order of path.</summary>
    public static IEnumerable<string> Files(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
            if (!NotKept.Contains(Path.GetFileName(file))) yield return file; // in a linked work tree .git is a file
        foreach (var child in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
            if (!NotKept.Contains(Path.GetFileName(child)))
                foreach (var file in Files(child)) yield return file;
    }

    public static IEnumerable<string> Sources() =>
        new[] { "src", "simulators", "tests" }.SelectMany(top => Files(PathOf(top))).Where(f => f.EndsWith(".cs", StringComparison.Ordinal));

    public static bool IsKept(string folderName) => !NotKept.Contains(folderName);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MeterPipeline.sln"))) return folder.FullName;
        throw new InvalidOperationException($"No MeterPipeline.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
