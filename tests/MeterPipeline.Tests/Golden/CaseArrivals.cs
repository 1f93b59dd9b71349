using MeterPipeline.Domain;
using MeterPipeline.Domain.Validation;

namespace MeterPipeline.Tests.Golden;

/// <summary>What a case says of arrivals: it holds for the whole case, wherever it is written.</summary>
internal sealed class CaseArrivals
{
    private readonly Dictionary<LocalDay, Receipt> received = [];
    private readonly List<(string Meter, RefusedMessages Messages)> refused = [];

    public Certificates Certificates(Domain.Books.Books books, LocalDay today) => new(
        books, RuleSettings.Default, today, (_, day) => received.GetValueOrDefault(day),
        (meter, first, last) => [.. refused.Where(r => r.Meter == meter && r.Messages.Day >= first && r.Messages.Day <= last).Select(r => r.Messages)]);

    /// <summary><c>received 2025-12-01 100 duplicate 90</c>: what the company of all meters sent on that day, and what of it was sent before.</summary>
    public void Received(CaseLine line)
    {
        var (day, all) = (line.Day("day of receipt"), (long)line.Number("messages"));
        line.Expect("duplicate");
        received[day] = new Receipt(all, (long)line.Number("duplicates"));
    }

    /// <summary><c>refused M7 2025-12-01 wrong-unit 2</c>: messages about a meter in quarantine.</summary>
    public void Refused(CaseLine line)
    {
        var (meter, day, reason) = (line.Word("meter"), line.Day("day of receipt"), line.Word("reason"));
        refused.Add((meter, new RefusedMessages(reason, day, (long)line.Number("messages"))));
    }
}
