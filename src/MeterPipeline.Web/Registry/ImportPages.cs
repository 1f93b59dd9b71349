using MeterPipeline.Ledger.Import;
using MeterPipeline.Web.Pages;

namespace MeterPipeline.Web.Registry;

/// <summary>The import: choosing a file, its preview, and what became of it.</summary>
internal sealed class ImportPages(PageFrame frame)
{
    private readonly Texts texts = frame.Texts;
    private readonly ImportTexts words = ImportTexts.For(frame.Texts);

    public string Title => words.Title;

    public Markup Start()
    {
        var kinds = RegistryImportOptions.Kinds.Select(kind => Markup.Of($"<option value=\"{Columns.Word(kind)}\">{words.Kinds[kind]}</option>"));
        return Markup.Of($"""
            {Head(words.Title)}
            <section class="card"><form class="import" method="post" action="/registry/import" enctype="multipart/form-data">{frame.Token}
            <p><label for="kind">{words.Kind}</label><select id="kind" name="kind">{kinds}</select></p>
            <p><label for="file">{words.FileLabel}</label><input type="file" id="file" name="file" accept=".csv,text/csv" required></p>
            <p><button>{words.Upload}</button></p></form>
            <p class="hint">{Figures.Fill(words.UploadHint, RegistryImportOptions.BytesMax >> 20)}</p></section>
            <section class="card"><h2>{words.ColumnsTitle}</h2><div class="scroll"><table class="notes">
            <thead><tr><th scope="col">{words.Kind}</th><th scope="col" class="text">{words.Required}</th><th scope="col" class="text">{words.Optional}</th></tr></thead>
            <tbody>{RegistryImportOptions.Kinds.Select(ColumnsOf)}</tbody></table></div></section>
            """);
    }

    public Markup Fault(UploadFault fault) => Message(words.FaultTitle, words.Faults[fault], Markup.Of($"<p><a href=\"/registry/import\">{words.Title}</a></p>"));

    /// <param name="state">One moment of it: whoever asks the job twice may be told two.</param>
    public Markup Job(ImportJob job, ImportState state) => Markup.Of($"""
        {Head($"{words.Title}{texts.Colon}{words.Kinds[job.Kind]}")}
        <div data-region="import">
        <section class="card"><h2>{Stage(state)}<small>{job.Name} · {Figures.Count((job.Bytes + 1023) / 1024)} KiB</small></h2>{(state.IsRunning ? Progress(state) : Verdict(job, state))}</section>
        {(state is { IsRunning: false, Preview: { } preview } ? Preview(job, state, preview) : Markup.Empty)}
        </div>
        {(state.IsRunning ? Markup.Of($"<noscript><p><a class=\"button\" href=\"/registry/import/{job.Key}\">{words.Refresh}</a></p></noscript>") : Markup.Empty)}
        """);

    private Markup Head(string title) => Markup.Of(
        $"<div class=\"head\"><div><nav class=\"crumbs\" aria-label=\"{RegistryTexts.For(texts).Title}\"><a href=\"/registry\">{RegistryTexts.For(texts).Title}</a></nav><h1>{title}</h1></div></div>");

    private static Markup Message(string title, string text, Markup rest) =>
        Markup.Of($"<section class=\"card message\"><h1>{title}</h1><p>{text}</p>{rest}</section>");

    private Markup ColumnsOf(RegistryFile kind)
    {
        var columns = Columns.Headings(kind).Where(column => column.Name.Length > 0).ToLookup(column => column.Required, Heading);
        return Markup.Of($"<tr><th scope=\"row\">{words.Kinds[kind]}</th><td class=\"text\">{string.Join(texts.Comma, columns[true])}</td><td class=\"text\">{string.Join(texts.Comma, columns[false])}</td></tr>");
    }

    private string Heading((string Name, bool Required, string Chinese) column) => texts == Texts.English ? column.Name : column.Chinese;

    private string Stage(ImportState state) => state.Stage switch
    {
        ImportStage.Previewing => words.Reading,
        ImportStage.Applying => words.Writing,
        ImportStage.Applied => words.Applied,
        ImportStage.Previewed => words.Previewed,
        _ => words.Failed,
    };

    private Markup Progress(ImportState state) => Markup.Of($"""
        <p><progress max="100" value="{Percent(state.Progress)}" aria-label="{Stage(state)}"></progress> {Figures.Fill(words.ProgressText, Figures.Count(state.Progress.Rows), Percent(state.Progress))}</p>
        """);

    public static int Percent(ImportProgress progress) => progress.TotalBytes == 0 ? 0 : (int)(progress.Bytes * 100 / progress.TotalBytes);

    private Markup Verdict(ImportJob job, ImportState state) => state.Stage switch
    {
        ImportStage.Applied => Markup.Of($"<p><a class=\"button\" href=\"/registry/import\">{words.Another}</a></p>"),
        ImportStage.Failed => Markup.Of($"<p class=\"flag\">{words.Failures[state.Failure!.Value]}</p>{Buttons(job, confirm: false)}"),
        ImportStage.Moved when state.Result is { } stored && stored.Added + stored.Changed > 0 =>
            Markup.Of($"<p>{Figures.Fill(words.MovedPartly, Figures.Count(stored.Added + stored.Changed))}</p>{Buttons(job, confirm: false)}"),
        ImportStage.Moved => Markup.Of($"<p>{words.Moved}</p>{Buttons(job, confirm: false)}"),
        _ when state.Preview is { Result: var result } && state.IsReady => Markup.Of($"""
            <p>{Figures.Fill(words.ConfirmText, Figures.Count(result.Added), Figures.Count(result.Changed), Figures.Count(result.Rejected))}</p>{Buttons(job, confirm: true)}
            """),
        _ => Markup.Of($"<p>{words.NothingToDo}</p>{Buttons(job, confirm: false)}"),
    };

    private Markup Buttons(ImportJob job, bool confirm) => Markup.Of($"""
        <div class="acts">{(confirm ? Button(job, "confirm", words.Confirm, "main") : Markup.Empty)}{Button(job, "preview", words.PreviewAgain, "")}{Button(job, "discard", words.Discard, "")}</div>
        """);

    private Markup Button(ImportJob job, string act, string text, string style) =>
        Markup.Of($"<form method=\"post\" action=\"/registry/import/{job.Key}/{act}\">{frame.Token}<button class=\"{style}\">{text}</button></form>");

    private Markup Preview(ImportJob job, ImportState state, RegistryPreview preview)
    {
        var counts = state.Result ?? preview.Result;
        return Markup.Of($"""
            <div class="tiles">{Tile(words.Rows, counts.Rows)}{Tile(words.Added, counts.Added)}{Tile(words.Changed, counts.Changed)}{Tile(words.Unchanged, counts.Unchanged)}{Tile(words.Refused, counts.Rejected)}</div>
            {Notes(preview.Result)}{Problems(job, preview.Result)}{Changes(state, preview)}
            """);
    }

    private Markup Notes(RegistryImportResult result) => result.Notes.Count == 0 ? Markup.Empty
        : Markup.Of($"<section class=\"card\"><h2>{words.Notes}</h2><ul>{result.Notes.Select(note => Markup.Of($"<li>{RefusalWords.Note(texts, note)}</li>"))}</ul></section>");

    private Markup Problems(ImportJob job, RegistryImportResult result)
    {
        if (result.Clean) return Markup.Empty;
        var rows = result.Problems.Select(problem =>
        {
            var (reason, remedy) = RefusalWords.Parts(texts, problem.Reason);
            return Markup.Of($"""
                <tr><th scope="row">{problem.Line}</th><td class="text">{RefusalWords.Column(texts, job.Kind, problem.Column)}</td><td class="text">{reason}</td><td class="text">{remedy}</td></tr>

                """);
        });
        return Markup.Of($"""
            <section class="card"><h2>{words.RefusedTitle}<small>{Figures.Fill(words.RefusedHint, result.Problems.Count, Figures.Count(result.ProblemCount))}</small><a href="/registry/import/{job.Key}/refused.csv" download>{words.Download}</a></h2>
            <div class="scroll tall"><table class="notes">
            <thead><tr><th scope="col">{words.Line}</th><th scope="col" class="text">{words.Column}</th><th scope="col" class="text">{texts.Reason}</th><th scope="col" class="text">{words.Remedy}</th></tr></thead>
            <tbody>{rows}</tbody></table></div></section>
            """);
    }

    private Markup Changes(ImportState state, RegistryPreview preview)
    {
        if (preview.Changes.Count == 0) return Markup.Empty;
        var list = new ChangeList(texts, words);
        var hint = Figures.Fill(words.ChangesHint, preview.Changes.Count, Figures.Count(preview.Result.Added + preview.Result.Changed));
        return Markup.Of($"""
            <section class="card"><h2>{(state.Stage == ImportStage.Applied ? words.ChangesDone : words.ChangesTitle)}<small>{hint}</small></h2><div class="scroll changes"><table class="notes"><tbody>{preview.Changes.Select(list.Row)}</tbody></table></div></section>
            """);
    }

    private static Markup Tile(string label, long count) =>
        Markup.Of($"<div class=\"tile\"><div class=\"label\">{label}</div><div class=\"figure\">{Figures.Count(count)}</div></div>");
}
