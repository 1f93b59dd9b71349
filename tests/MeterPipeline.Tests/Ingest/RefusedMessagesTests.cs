using System.Text;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ledger;
using MeterPipeline.Mqtt;
using MeterPipeline.Tests.Ledger;
using Microsoft.Extensions.Logging.Abstractions;

namespace MeterPipeline.Tests.Ingest;

/// <summary>A refused message names its meter, so that the meter's days can say so; nobody can speak ill of another company's meter.</summary>
public sealed class RefusedMessagesTests : IDisposable
{
    private const string Unit = """{"ts":"2025-11-16T00:00:00+08:00","value":"1","unit":"MWh"}""";
    private const string Future = """{"ts":"2125-11-16T00:00:00+08:00","value":"1"}""";

    private readonly SqliteFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("metering/v1/grid/M1/reading", Unit, "wrong-unit", "M1")]
    [InlineData("metering/v1/grid/M1/reading", Future, "time-in-future", "M1")]
    [InlineData("metering/v1/other/M1/reading", Future, "time-in-future", "")]
    [InlineData("metering/v1/other/M1/reading", Unit, "foreign-meter", "")]
    [InlineData("metering/v1/grid/M9/reading", Unit, "unknown-meter", "")]
    [InlineData("metering/v1/grid/batch", """[{"meter":"M1","ts":"2001-11-16T00:00:00+08:00","value":"1"}]""", "time-too-old", "M1")]
    public async Task A_refused_message_names_the_companys_own_meter(string topic, string payload, string reason, string meter)
    {
        var ledger = folder.Open();
        var change = new RegistryChange();
        change.Companies.Add(new Company("grid", "grid", Energy.Electricity));
        change.Companies.Add(new Company("other", "other", Energy.Electricity));
        change.Households.Add(new Household("H1", "H1", "140802101201", HeatingRoute.CoalToElectricity, Conversion.Programme, null, Hardship.None, "", []));
        change.Installations.Add(new Installation("M1", "H1", "grid", Energy.Electricity, 6, 2, null, 1, null, null, null, null, Serves.Heating, 0));
        ledger.ChangeRegistry(change, "test", 0);
        await using (var recorder = new Recorder(ledger, TimeProvider.System, NullLogger<Recorder>.Instance))
        {
            using var session = new ReadingIntake(new RegistryWatch(ledger, TimeProvider.System), recorder.SubmitAsync, TimeProvider.System, new IntakeOptions())
                .Open(new Origin("test", null, "peer"));
            session.Take(new Delivery(Encoding.UTF8.GetBytes(topic), Encoding.UTF8.GetBytes(payload), 1, false));
            await session.SubmitAsync(null, CancellationToken.None);
        }
        using var view = ledger.OpenView();
        var message = Assert.Single(view.Quarantine(long.MaxValue, 9)).Message;
        Assert.Equal((reason, meter), (message.Reason, message.Meter));
    }
}
