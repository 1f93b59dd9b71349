using MeterPipeline.Domain;
using MeterPipeline.Domain.Holds;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger;
using MeterPipeline.Ledger.Import;
using MeterPipeline.Web.Access;
using MeterPipeline.Web.Api;
using MeterPipeline.Web.Boards;
using MeterPipeline.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace MeterPipeline.Web.Registry;

/// <param name="Name">Masked.</param>
/// <param name="FoundBy">The meter, masked account or village that was asked for; absent: the household's own id.</param>
public sealed record FoundAnswer(string HouseholdId, string Name, string Division, string DivisionName, HeatingRoute Route, string? AcceptedOn, string? FoundBy);

/// <param name="Count">At most 1,000; <paramref name="More"/> says that there are others.</param>
public sealed record SearchAnswer(string Query, int Page, int Pages, int Count, bool More, IReadOnlyList<FoundAnswer> Households);

/// <param name="RegisterDigits">Before the point; absent where not registered.</param>
/// <param name="Capacity">kW or m³/h, exact; absent: the default of the energy.</param>
/// <param name="Opening">kWh or m³, as the meter showed it.</param>
public sealed record LifeAnswer(
    string MeterId, string Company, Energy Energy, Serves Serves, int? RegisterDigits, int? Decimals, string? Capacity, decimal Multiplier,
    string? InstalledAt, string? Opening, string? RemovedAt, string? Closing);

/// <param name="Account">Its last four characters.</param>
/// <param name="Until">The first day no longer valid.</param>
public sealed record AccountAnswer(string Account, string? From, string? Until);

public sealed record ExclusionAnswer(string From, string? Until, ExclusionKind Kind);

public sealed record HeatedAnswer(string From, int Households);

public sealed record HoldEntryAnswer(string At, string Actor, string Season, string Reason, HoldAct Act, string Note);

/// <param name="Name">Masked.</param>
/// <param name="DivisionPath">Names from the city down.</param>
public sealed record HouseholdFileAnswer(
    string HouseholdId, string Name, string Division, IReadOnlyList<string> DivisionPath, HeatingRoute Route, Conversion Conversion, string? AcceptedOn,
    Hardship Hardship, string Note, IReadOnlyList<LifeAnswer> Meters, IReadOnlyList<AccountAnswer> Accounts, IReadOnlyList<ExclusionAnswer> Exclusions,
    IReadOnlyList<HeatedAnswer> HeatedHouseholds, IReadOnlyList<HoldEntryAnswer> Holds, IReadOnlyList<EditAnswer> History, long RegistryVersion);

/// <param name="Kind">The file's name on the command line.</param>
/// <param name="RowsRead">Of the work going on, or of the last.</param>
/// <param name="Refused">Rows that were or would be left out.</param>
public sealed record ImportAnswer(
    string Kind, ImportStage Stage, long RowsRead, int Percent, long? Added, long? Changed, long? Unchanged, long? Refused, string? Failure);

internal static class RegistryApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1/registry").WithTags("registry").ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/households", Search).WithSummary("Households by id, meter, four or more last characters of an account, village name or division code, in pages of 50.").Needs(Right.SeeHouseholds, About.Own);
        api.MapGet("/households/{id}", File).WithSummary("What the registry holds of one household, and who changed it; names and accounts are masked.").Needs(Right.SeeHouseholds, About.Household);
        api.MapGet("/imports/{key}", Import).WithSummary("How far an uploaded registry file is, for whoever uploaded it.").Needs(Right.ImportRegistry);
    }

    private static Results<Ok<SearchAnswer>, ProblemHttpResult> Search(HttpContext context, RegistryDesk desk, string q, int page = 1)
    {
        q = q.Trim();
        if (q.Length is < 2 or > RegistryDesk.QueryChars)
        {
            return TypedResults.Problem(statusCode: StatusCodes.Status400BadRequest, title: "Not a question",
                detail: $"q has 2 to {RegistryDesk.QueryChars} characters of an id, a meter, an account's end or a village.");
        }
        var found = desk.Search(q, Viewer.Of(context), page);
        return TypedResults.Ok(new SearchAnswer(q, found.Page, found.Pages, found.Count, found.More, [.. found.Lines.Select(line => new FoundAnswer(
            line.Household.Id, Figures.Masked(line.Household.Name), line.Household.Division, DivisionCode.NameOf(found.Registry, line.Household.Division),
            line.Household.Route, line.Household.AcceptedOn?.ToString(), line.By.Length == 0 ? null : line.By))]));
    }

    private static Results<Ok<HouseholdFileAnswer>, ProblemHttpResult> File(HttpContext context, RegistryDesk desk, string id) =>
        desk.File(id, Viewer.Of(context)) is { } file ? TypedResults.Ok(Answer(file)) : TypedResults.Problem(
            statusCode: StatusCodes.Status404NotFound, title: "Unknown household", detail: "The registry has no household of this id in your divisions.");

    private static Results<Ok<ImportAnswer>, ProblemHttpResult> Import(HttpContext context, RegistryImports imports, string key)
    {
        if (imports.Find(key, Viewer.Of(context).Actor) is not { } job)
        {
            return TypedResults.Problem(
                statusCode: StatusCodes.Status404NotFound, title: "Unknown import", detail: "It was discarded or forgotten, or it is not yours. Upload the file again.");
        }
        var state = job.State;
        var counts = state.IsRunning ? null : state.Result ?? state.Preview?.Result;
        return TypedResults.Ok(new ImportAnswer(
            Columns.Word(job.Kind), state.Stage, counts?.Rows ?? state.Progress.Rows, ImportPages.Percent(state.Progress), counts?.Added, counts?.Changed,
            counts?.Unchanged, counts?.Rejected, state.Failure is { } failure ? ImportTexts.English.Failures[failure] : null));
    }

    private static HouseholdFileAnswer Answer(HouseholdFile file)
    {
        var household = file.Household;
        return new HouseholdFileAnswer(
            household.Id, Figures.Masked(household.Name), household.Division,
            [.. DivisionCode.Above(household.Division).Append(household.Division).Select(prefix => DivisionCode.NameOf(file.Registry, prefix))],
            household.Route, household.Conversion, household.AcceptedOn?.ToString(), household.Hardship, household.Note, [.. file.Lives.Select(Life)],
            [.. file.Accounts.Select(alias => new AccountAnswer(RegistryHistory.MaskedAccount(alias.Account), alias.From?.ToString(), alias.Until?.ToString()))],
            [.. household.Exclusions.Select(exclusion => new ExclusionAnswer(exclusion.From.ToString(), exclusion.Until?.ToString(), exclusion.Kind))],
            [.. file.Heated.Select(count => new HeatedAnswer(count.From.ToString(), count.Households))],
            [.. file.Holds.Select(entry => new HoldEntryAnswer(
                LocalTime.Format(entry.AtMs), entry.Actor, HeatingSeason.NameOf(entry.Autumn), entry.Reason, entry.Act, entry.Note))],
            [.. file.Edits.Select(edit => new EditAnswer(
                LocalTime.Format(edit.AtMs), edit.Actor, edit.Kind, edit.Id, edit.Field.Length == 0 ? null : edit.Field, Masked(edit, edit.Before), Masked(edit, edit.After)))],
            file.Registry.Version);
    }

    private static string? Masked(RegistryEdit edit, string? value) => edit.Field == "account" && value is not null ? RegistryHistory.MaskedAccount(value) : value;

    private static LifeAnswer Life(InstalledMeter installed)
    {
        var life = installed.Life;
        return new LifeAnswer(
            installed.Meter.Id, life.Company, life.Energy, life.Serves, life.RegisterDigits, life.Decimals, Exact(life.Capacity), life.Multiplier,
            Moment(life.InstalledAtMs), Exact(life.Opening), Moment(life.RemovedAtMs), Exact(life.Closing));
    }

    private static string? Exact(long? quantity) => quantity is { } known ? Quantity.Format(known) : null;

    private static string? Moment(long? ms) => ms is { } known ? LocalTime.Format(known) : null;
}
