using System.Text;
using MeterPipeline.Domain.Readings;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ingest.Intake;
using MeterPipeline.Ingest.Intake.Sparkplug;

namespace MeterPipeline.Tests.Ingest;

/// <summary>What quarantine keeps gives the same reading on a later connection, once the meter is registered: in every format.</summary>
public sealed class KeptForReplayTests
{
    private const string Expected = "E9 T1 2025-11-16T00:00:00+08:00 1.5000";

    [Theory]
    [InlineData("metering/v1/grid/batch", """[{"meter":"E1"},{"meter":"E9","ts":"2025-11-16T00:00:00+08:00","value":1.5,"register":"T1"}]""")]
    [InlineData("metering/v1/grid/batch", """[{"bn":"E","bt":1763222400,"bu":"Wh","bs":1000},{"n":"9/T1","s":500},{"bn":"E1","bs":0,"s":1}]""")]
    [InlineData("metering/v1/grid/batch", """[{"bn":"E9/T1","bt":-1,"t":-1339199,"s":1.5}]""")]
    [InlineData("headend/grid/freeze", """ {"v":1, "items":[{},{"meter":"E9","reg":"1.8.1","t":"2025-11-16T00:00:00+08:00","val":"01.5"}], "src":"HES"}""")]
    public void A_text_item_is_read_again_alone(string topic, string payload)
    {
        using var probe = new IntakeProbe();
        probe.Send(topic, Encoding.UTF8.GetBytes(payload));
        ReadAgain(probe, topic);
    }

    [Fact]
    public void A_metric_by_alias_is_read_again_without_its_birth()
    {
        using var probe = new IntakeProbe();
        probe.Send("spBv1.0/grid/DBIRTH/edge/E9", SparkplugEncoder.Payload(["payload ts=2025-11-16T00:00:00+08:00 seq=1", "metric name=Energy/T1 alias=1 type=10 null"]));
        probe.Send("spBv1.0/grid/DDATA/edge/E9", SparkplugEncoder.Payload(["payload ts=2025-11-16T00:00:00+08:00 seq=2", "metric alias=1 double=1.5"]));
        ReadAgain(probe, "spBv1.0/grid/DDATA/edge/E9");
    }

    [Fact]
    public void A_connection_that_defines_too_many_aliases_is_refused_and_one_that_does_not_goes_on()
    {
        using var probe = new IntakeProbe(new IntakeOptions { SparkplugAliasesMax = 16 });
        string[] head = ["payload ts=2025-11-16T00:00:00+08:00 seq=1"];
        var many = SparkplugEncoder.Payload([.. head, .. Enumerable.Range(0, 20).Select(i => $"metric name=m{i} alias={i}")]);
        Assert.Equal(["rejected too-many-aliases"], probe.Send("spBv1.0/grid/DBIRTH/edge/E1", many));
        Assert.Empty(probe.Send("spBv1.0/grid/DBIRTH/edge/E2", SparkplugEncoder.Payload(["payload seq=2", "metric name=total alias=1 null"])));
        Assert.Equal(["E2 total 2025-11-16T00:00:00+08:00 3.0000"], probe.Send("spBv1.0/grid/DDATA/edge/E2", SparkplugEncoder.Payload(["payload ts=2025-11-16T00:00:00+08:00 seq=3", "metric alias=1 long=3"])));
    }

    [Fact]
    public void Good_json_and_sparkplug_data_allocate_nothing_for_a_reading()
    {
        var names = new RegisterNames([("total", Register.Total)]);
        var json = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat("""{"meter":"E1","ts":"2025-11-16T00:00:00+08:00","value":"1234.56"}""", 100))}]");
        var metrics = SparkplugEncoder.Payload(["payload ts=2025-11-16T00:00:00+08:00 seq=1", .. Enumerable.Repeat("metric name=total double=1234.5678", 100)]);
        // Other rounds may meet the just-in-time compiler.
        Assert.Equal(0, Enumerable.Range(0, 20).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var count = Read(json, metrics, names);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal(200, count);
            return allocated;
        }));
    }

    private static int Read(byte[] json, byte[] metrics, RegisterNames names)
    {
        var count = 0;
        var items = new JsonReadings(json);
        while (items.Next(out var item))
            if (item.Fault is null) count++;
        var readings = new SparkplugReadings(new SparkplugMessage(metrics), null, names, null);
        while (readings.Next(out var item))
            if (item.Fault is null) count++;
        return count;
    }

    private static void ReadAgain(IntakeProbe probe, string topic)
    {
        var kept = probe.Kept.Single(k => k.Reason == "unknown-meter");
        probe.Register("E9", "grid", Energy.Electricity);
        probe.Connect(null);
        Assert.Equal([Expected], probe.Send(topic, kept.Payload));
    }
}
