using MeterPipeline.Ledger;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Assets;
using MeterPipeline.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MeterPipeline.Web.Registry;

/// <summary>Search, household files, and imports with their preview.</summary>
internal static class RegistryEndpoints
{
    private const int CopyBytes = 1 << 16;

    public static IServiceCollection AddRegistry(this IServiceCollection services, ILedger ledger)
    {
        services.TryAddSingleton(new RegistryImportOptions());
        services.AddSingleton(provider => new RegistryDesk(ledger, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<RegistryImports>(provider, ledger));
        return services;
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        RegistryApi.Map(routes);
        var pages = routes.MapGroup("/registry").ExcludeFromDescription();
        pages.MapGet("", Search).Needs(Right.SeeHouseholds, About.Own);
        pages.MapGet("/households/{id}", File).Needs(Right.SeeHouseholds, About.Household);
        var import = pages.MapGroup("/import").Needs(Right.ImportRegistry);
        import.MapGet("", Start);
        import.MapPost("", UploadAsync).Needs(Right.ImportRegistry, bodyMax: UploadForm.BodyMax).ReadsItsUpload();
        import.MapGet("/{key}", Job);
        import.MapGet("/{key}/refused.csv", RefusedAsync);
        import.MapPost("/{key}/confirm", (HttpContext context, AssetFiles assets, RegistryImports imports, string key) =>
            Act(context, assets, imports, key, job => imports.Apply(job, Viewer.Of(context).Actor), $"/registry/import/{key}"));
        import.MapPost("/{key}/preview", (HttpContext context, AssetFiles assets, RegistryImports imports, string key) =>
            Act(context, assets, imports, key, job => imports.PreviewAgain(job), $"/registry/import/{key}"));
        import.MapPost("/{key}/discard", (HttpContext context, AssetFiles assets, RegistryImports imports, string key) =>
            Act(context, assets, imports, key, imports.Discard, "/registry/import"));
    }

    private static IResult Search(HttpContext context, AssetFiles assets, RegistryDesk desk, string? q, int page = 1)
    {
        var frame = new PageFrame(context, assets);
        var query = (q ?? "").Trim();
        if (query.Length > RegistryDesk.QueryChars) query = query[..RegistryDesk.QueryChars];
        var found = query.Length == 0 ? null : desk.Search(query, Viewer.Of(context), page);
        return Page(frame, assets, RegistryTexts.For(frame.Texts).Title, new SearchPage(frame, query, found, found?.Registry ?? desk.Registry()).Body());
    }

    private static IResult File(HttpContext context, AssetFiles assets, RegistryDesk desk, string id)
    {
        var frame = new PageFrame(context, assets);
        return desk.File(id, Viewer.Of(context)) is { } file
            ? Page(frame, assets, $"{RegistryTexts.For(frame.Texts).FileTitle} {id}", new HouseholdFilePage(frame, file).Body())
            : ErrorPages.NotFound(frame);
    }

    private static IResult Start(HttpContext context, AssetFiles assets)
    {
        var pages = Pages(context, assets, out var frame);
        return Page(frame, assets, pages.Title, pages.Start());
    }

    private static async Task<IResult> UploadAsync(HttpContext context, AssetFiles assets, RegistryImports imports)
    {
        var pages = Pages(context, assets, out var frame);
        var upload = await UploadForm.ReadAsync(context, imports).ConfigureAwait(false);
        var fault = upload.Fault;
        if (upload.Content is { } content)
        {
            if (imports.Add(upload.Kind, Viewer.Of(context).Actor, upload.Name, content, frame.Texts) is { } job) return Results.Redirect($"/registry/import/{job.Key}");
            await content.DisposeAsync().ConfigureAwait(false);
            fault = UploadFault.Busy;
        }
        return Page(frame, assets, pages.Title, pages.Fault(fault), status: fault switch
        {
            UploadFault.TooLarge => StatusCodes.Status413PayloadTooLarge,
            UploadFault.Forged => StatusCodes.Status403Forbidden,
            UploadFault.Busy => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status400BadRequest,
        });
    }

    private static IResult Job(HttpContext context, AssetFiles assets, RegistryImports imports, string key)
    {
        var pages = Pages(context, assets, out var frame);
        return imports.Find(key, Viewer.Of(context).Actor) is { State: var state } job
            ? Page(frame, assets, pages.Title, pages.Job(job, state), state.IsRunning ? $"/api/v1/registry/imports/{key}" : null)
            : ErrorPages.NotFound(frame);
    }

    private static IResult Act(HttpContext context, AssetFiles assets, RegistryImports imports, string key, Action<ImportJob> act, string next)
    {
        if (imports.Find(key, Viewer.Of(context).Actor) is not { } job) return ErrorPages.NotFound(new PageFrame(context, assets));
        act(job);
        return Results.Redirect(next);
    }

    /// <summary>The job's own open file is read at positions, so that two downloads do not meet.</summary>
    private static IResult RefusedAsync(HttpContext context, AssetFiles assets, RegistryImports imports, string key)
    {
        if (imports.Find(key, Viewer.Of(context).Actor) is not { State.IsRunning: false } job) return ErrorPages.NotFound(new PageFrame(context, assets));
        return Results.Stream(async into =>
        {
            var block = new byte[CopyBytes];
            long at = 0;
            int read;
            while ((read = await RandomAccess.ReadAsync(job.Refused.SafeFileHandle, block, at, context.RequestAborted).ConfigureAwait(false)) > 0)
            {
                await into.WriteAsync(block.AsMemory(0, read), context.RequestAborted).ConfigureAwait(false);
                at += read;
            }
        }, "text/csv; charset=utf-8", "refused.csv");
    }

    private static ImportPages Pages(HttpContext context, AssetFiles assets, out PageFrame frame)
    {
        frame = new PageFrame(context, assets);
        return new ImportPages(frame);
    }

    /// <summary>The frame's page, with the style of these pages.</summary>
    private static IResult Page(PageFrame frame, AssetFiles assets, string title, Markup body, string? api = null, int status = StatusCodes.Status200OK) =>
        frame.Page(title, Markup.Of($"<link rel=\"stylesheet\" href=\"{assets.Url("registry.css")}\">{body}"), api, status);
}
