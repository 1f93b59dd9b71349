using System.Security.Cryptography;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Import;
using MeterPipeline.Web.Pages;
using Microsoft.Extensions.Logging;

namespace MeterPipeline.Web.Registry;

/// <summary>
/// Uploads between preview and confirmation. One is read at a time, so that imports take one core at most; their files are removed when they are
/// applied, discarded, forgotten, or the process ends. Any thread.
/// </summary>
internal sealed class RegistryImports : IAsyncDisposable
{
    private const string FilePrefix = "import-";
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(5);

    private readonly ILedger ledger;
    private readonly TimeProvider time;
    private readonly ILogger<RegistryImports> log;
    private readonly Lazy<string> folder;
    private readonly ITimer sweeping;
    private readonly SemaphoreSlim turn = new(1);
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<string, ImportJob> jobs = new(StringComparer.Ordinal);

    public RegistryImports(ILedger ledger, RegistryImportOptions options, TimeProvider time, ILogger<RegistryImports> log)
    {
        (this.ledger, this.time, this.log) = (ledger, time, log);
        folder = new Lazy<string>(() => Folder(options.Folder));
        sweeping = time.CreateTimer(_ => Sweep(), null, SweepEvery, SweepEvery);
    }

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A new file for its owner only, which goes when it is closed.</summary>
    public FileStream NewFile()
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None, Options = FileOptions.DeleteOnClose };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(folder.Value, FilePrefix + Random()), options);
    }

    /// <summary>Takes an upload over and begins its preview.</summary>
    /// <returns>Null: too many wait already, all of them at work.</returns>
    public ImportJob? Add(RegistryFile kind, string owner, string name, FileStream content, Texts texts)
    {
        lock (jobs)
        {
            if (jobs.Count >= RegistryImportOptions.KeptMax && !DropOldest()) return null;
            var job = new ImportJob(Random(), kind, owner, name, content, NewFile(), texts, NowMs);
            jobs.Add(job.Key, job);
            Start(job, RunPreview);
            return job;
        }
    }

    /// <summary>Null: there is none of this key that belongs to the viewer (any more).</summary>
    public ImportJob? Find(string key, string viewer)
    {
        lock (jobs)
        {
            if (!jobs.TryGetValue(key, out var job) || !job.BelongsTo(viewer)) return null;
            job.Seen(NowMs);
            return job;
        }
    }

    public void PreviewAgain(ImportJob job)
    {
        if (job.TryBegin(ImportStage.Previewing, ImportStage.Previewed, ImportStage.Moved, ImportStage.Failed)) Start(job, RunPreview);
    }

    /// <summary>Stores what was previewed, if there is anything to store. Where the registry has changed since, nothing is stored and the job says so.</summary>
    public void Apply(ImportJob job, string actor)
    {
        if (job.State.IsReady && job.TryBegin(ImportStage.Applying, ImportStage.Previewed)) Start(job, j => RunApply(j, actor));
    }

    /// <summary>Forgets an import that is not running, and its files.</summary>
    public void Discard(ImportJob job)
    {
        lock (jobs)
        {
            if (job.State.IsRunning || !jobs.Remove(job.Key)) return;
            job.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await sweeping.DisposeAsync().ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        ImportJob[] left;
        lock (jobs)
        {
            left = [.. jobs.Values];
            jobs.Clear();
        }
        await Task.WhenAll(left.Select(job => job.Work)).ConfigureAwait(false);
        foreach (var job in left) job.Dispose();
        turn.Dispose();
        stopping.Dispose();
    }

    private static string Random() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Also clears what a process that was killed left behind.</summary>
    private string Folder(string? wanted)
    {
        if (wanted is null) return Directory.CreateTempSubdirectory("meterpipeline-imports-").FullName;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(wanted);
        else Directory.CreateDirectory(wanted, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in new DirectoryInfo(wanted).EnumerateFiles(FilePrefix + "*"))
            if (time.GetUtcNow() - file.LastWriteTimeUtc > RegistryImportOptions.Kept) file.Delete();
        return wanted;
    }

    private bool DropOldest()
    {
        if (jobs.Values.Where(job => !job.State.IsRunning).MinBy(job => job.SeenMs) is not { } oldest) return false;
        jobs.Remove(oldest.Key);
        oldest.Dispose();
        return true;
    }

    private void Sweep()
    {
        var before = NowMs - (long)RegistryImportOptions.Kept.TotalMilliseconds;
        lock (jobs)
        {
            foreach (var job in jobs.Values.Where(job => job.SeenMs < before && !job.State.IsRunning).ToList())
            {
                jobs.Remove(job.Key);
                job.Dispose();
            }
        }
    }

    private void Start(ImportJob job, Action<ImportJob> work) => job.Work = Task.Run(() => RunAsync(job, work));

    private async Task RunAsync(ImportJob job, Action<ImportJob> work)
    {
        try
        {
            await turn.WaitAsync(stopping.Token).ConfigureAwait(false);
            try
            {
                job.Content.Position = 0;
                work(job);
            }
            finally
            {
                turn.Release();
            }
        }
        catch (OperationCanceledException)
        {
            Fail(job, ImportFailure.Stopped);
        }
        catch (Exception error) when (error is LedgerException or IOException)
        {
            log.LogWarning(error, "An import of {Kind} failed.", job.Kind);
            Fail(job, error switch { LedgerException { IsAway: true } => ImportFailure.Away, LedgerException => ImportFailure.Refused, _ => ImportFailure.File });
        }
        catch (Exception error)
        {
            log.LogError(error, "An import of {Kind} failed.", job.Kind);
            Fail(job, ImportFailure.Broken);
        }
    }

    private static void Fail(ImportJob job, ImportFailure why) => job.Set(state => state with { Stage = ImportStage.Failed, Failure = why });

    private void RunPreview(ImportJob job)
    {
        RegistryPreview preview;
        using (var refused = new RefusedCsv(job.Refused, job.Kind, job.Texts))
            preview = RegistryCsv.Preview(ledger, job.Kind, job.Content, refused.Add, progress => Tell(job, progress), stopping.Token);
        job.Set(state => state with { Stage = ImportStage.Previewed, Preview = preview });
    }

    private void RunApply(ImportJob job, string actor)
    {
        var result = RegistryCsv.Import(
            ledger, job.Kind, job.Content, actor, NowMs, progress => Tell(job, progress), stopping.Token, job.State.Preview!.Version);
        if (!result.Moved) job.Content.Dispose();
        job.Set(state => state with { Stage = result.Moved ? ImportStage.Moved : ImportStage.Applied, Result = result });
    }

    private static void Tell(ImportJob job, ImportProgress progress) => job.Set(state => state with { Progress = progress });
}
