namespace MeterPipeline.Servers;

/// <summary>A folder under the system's temporary one, readable by servers that drop root, removed at the end.</summary>
public sealed class TempFolder : IDisposable
{
    public TempFolder(string name)
    {
        Path = Directory.CreateTempSubdirectory($"meterpipeline-{name}-").FullName;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path, (UnixFileMode)0b111_101_101);
    }

    public string Path { get; }

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
