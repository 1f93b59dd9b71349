using MeterPipeline.Domain.Settlements;
using MeterPipeline.Tests.Ledger;
using MeterPipeline.Tests.Settlements;
using MeterPipeline.Web.Settlements;

namespace MeterPipeline.Tests.Web;

/// <summary>Files of runs on disk: one that somebody swept away is made again.</summary>
public sealed class RunFilesTests : IDisposable
{
    private readonly SqliteFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_is_gone_is_made_again_with_the_same_bytes(bool withItsFolder)
    {
        var settlements = folder.Open().Settlements;
        settlements.Draft(AnyLine.Draft(), AnyLine.Policies, settlements.Moment(), [AnyLine.Of("H1", 121), AnyLine.Of("H2", 100)]);
        using var files = new RunFiles(folder.Open(), AnyLine.Policies, SettlementSettings.Default, TimeProvider.System);
        var (first, bytes) = await Read(files, settlements.Run(1)!);
        if (withItsFolder) Directory.Delete(Path.GetDirectoryName(first.Path)!, recursive: true);
        else File.Delete(first.Path);
        var (second, again) = await Read(files, settlements.Run(1)!);
        Assert.Equal(bytes, again);
        Assert.Equal((first.Tag, first.Name), (second.Tag, second.Name));
        Assert.Equal(second, (await Read(files, settlements.Run(1)!)).File);
    }

    private static async Task<(BuiltFile File, byte[] Bytes)> Read(RunFiles files, RunProgress run)
    {
        var (file, content) = await files.OpenAsync(run, "xlsx", null);
        using var into = new MemoryStream();
        await using (content) await content.CopyToAsync(into);
        return (file, into.ToArray());
    }
}
