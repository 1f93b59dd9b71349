using MeterPipeline.Domain.Books;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Statements;

namespace MeterPipeline.Domain.Validation;

/// <summary>Asks for what a company sent on a local day of receipt.</summary>
public delegate Receipt Receipts(string company, LocalDay day);

/// <summary>Asks for the messages about a meter that were refused on days of receipt in [first, last].</summary>
public delegate IReadOnlyList<RefusedMessages> Refusals(string meterId, LocalDay first, LocalDay last);

/// <summary>Draws quality certificates from books and from what arrived. Owned by the books' thread.</summary>
/// <param name="today">Days from it on are not over.</param>
public sealed class Certificates(Books.Books books, RuleSettings settings, LocalDay today, Receipts receipts, Refusals refusals)
{
    public QualityCertificate Of(HouseholdStatement statement)
    {
        var meters = new List<MeterVerdicts>();
        foreach (var own in statement.Installations.GroupBy(installed => installed.Meter.No))
            meters.Add(MeterVerdicts.Of(Evidence(statement, [.. own]), settings));
        return new QualityCertificate(statement, settings, meters);
    }

    private MeterEvidence Evidence(HouseholdStatement statement, List<InstalledDays> own)
    {
        var (meter, season) = (own[0].Meter, statement.Season);
        var tariffs = new List<IReadOnlyList<DayTotal>>();
        for (var register = Register.T1; register <= Register.T4; register++)
            if (books.Days(meter.No, register, season.First, season.Last.Next) is { Count: > 0 } days) tariffs.Add(days);
        return new MeterEvidence(
            meter, books.LivesOf(meter), [.. own.Select(installed => installed.Life)], season, today, own[0].Days, tariffs,
            (company, day) => receipts(company, day), refusals(meter.Id, season.First, season.Last));
    }
}
