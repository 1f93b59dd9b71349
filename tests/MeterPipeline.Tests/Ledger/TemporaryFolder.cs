namespace MeterPipeline.Tests.Ledger;

/// <summary>A path under the temporary folder that is deleted with all it holds.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("meterpipeline-");

    /// <summary>Does not exist until somebody makes it.</summary>
    public string Path => System.IO.Path.Combine(parent.FullName, "data");

    public void Dispose() => parent.Delete(recursive: true);
}
