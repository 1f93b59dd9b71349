using MeterPipeline.Ledger.Import;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Registry;

/// <summary>How far an upload has come.</summary>
public enum ImportStage
{
    /// <summary>Behind another import, or being read.</summary>
    Previewing,

    /// <summary>Read, nothing written: a person decides.</summary>
    Previewed,
    Applying,
    Applied,

    /// <summary>The registry changed after the preview: it must be previewed again.</summary>
    Moved,
    Failed,
}

/// <summary>Why an import broke off. What a transaction had stored stays stored.</summary>
public enum ImportFailure
{
    /// <summary>The program ended meanwhile.</summary>
    Stopped,

    /// <summary>The ledger is out of reach or takes nothing at this moment.</summary>
    Away,

    /// <summary>The ledger refused what the file would have changed: the log names the row.</summary>
    Refused,

    /// <summary>The uploaded file cannot be read any more, or there is no room for it.</summary>
    File,

    /// <summary>The server's log says why.</summary>
    Broken,
}

/// <summary>One moment of an import. Immutable.</summary>
/// <param name="Result">Of the last import, whole or stopped; null before it.</param>
/// <param name="Failure">Null unless failed.</param>
internal sealed record ImportState(ImportStage Stage, ImportProgress Progress, RegistryPreview? Preview, RegistryImportResult? Result, ImportFailure? Failure)
{
    public static ImportState New(long bytes) => new(ImportStage.Previewing, new ImportProgress(0, 0, bytes), null, null, null);

    public bool IsRunning => Stage is ImportStage.Previewing or ImportStage.Applying;

    /// <summary>Whether there is anything to confirm.</summary>
    public bool IsReady => Stage == ImportStage.Previewed && Preview is { Result: var result } && result.Added + result.Changed > 0;
}

/// <summary>An uploaded registry file from its preview to its end. State from any thread; the files belong to the worker while it runs.</summary>
internal sealed class ImportJob(string key, RegistryFile kind, string owner, string name, FileStream content, FileStream refused, Texts texts, long atMs) : IDisposable
{
    private readonly Lock changing = new();
    private volatile ImportState state = ImportState.New(content.Length);

    /// <summary>Random: whoever does not know it cannot ask for it.</summary>
    public string Key => key;

    public RegistryFile Kind => kind;

    /// <summary>As the browser named the file: text from outside.</summary>
    public string Name => name;

    /// <summary>Of whoever uploaded it.</summary>
    public Texts Texts => texts;

    public long Bytes { get; } = content.Length;

    public FileStream Content => content;

    /// <summary>The refused rows as CSV.</summary>
    public FileStream Refused => refused;

    public ImportState State => state;

    public long SeenMs { get; private set; } = atMs;

    public Task Work { get; set; } = Task.CompletedTask;

    public bool BelongsTo(string viewer) => viewer == owner;

    public void Seen(long nowMs) => SeenMs = nowMs;

    public void Set(Func<ImportState, ImportState> change)
    {
        lock (changing) state = change(state);
    }

    /// <summary>Goes on to a stage, once, whoever asks first.</summary>
    public bool TryBegin(ImportStage stage, params ReadOnlySpan<ImportStage> from)
    {
        lock (changing)
        {
            if (!from.Contains(state.Stage)) return false;
            state = state with { Stage = stage, Progress = new ImportProgress(0, 0, Bytes), Failure = null };
            return true;
        }
    }

    /// <summary>Takes both files away.</summary>
    public void Dispose()
    {
        content.Dispose();
        refused.Dispose();
    }
}
