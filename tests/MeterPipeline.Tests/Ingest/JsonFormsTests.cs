using System.Text;
using MeterPipeline.Ingest.Intake;

namespace MeterPipeline.Tests.Ingest;

/// <summary>The byte-by-byte form and the parsed forms of a payload read the same.</summary>
public sealed class JsonFormsTests
{
    private const string Item = """{"ts":"2025-11-16T00:00:00+08:00","value":"1234.56"}""";

    [Theory]
    [InlineData(Item, 1)]
    [InlineData("""{ "ts" : "2025-11-16T00:00:00+08:00", "value" : 1234.56 }""", 1)]
    [InlineData("""{"value":"1234.56","ts":1763222400000,"other":[{"x":null}]}""", 1)]
    [InlineData("[" + Item + "," + Item + "]", 2)]
    [InlineData("""{"readings":[""" + Item + "," + Item + "]}", 2)]
    [InlineData("[]", 0)]
    public void EveryFormGivesTheSameReading(string payload, int count)
    {
        var items = new JsonReadings(Encoding.UTF8.GetBytes(payload));
        var seen = 0;
        for (; items.Next(out var item); seen++)
        {
            Assert.Null(item.Fault);
            Assert.Equal((1763222400000L, 12_345_600L), (item.TimeMs, item.Value));
        }
        Assert.Null(items.Broken);
        Assert.Equal(count, seen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("""{"ts":"2025-11-16T00:00:00+08:00","value":"1234.56""")]
    [InlineData(Item + "x")]
    [InlineData("[" + Item)]
    public void WhatIsNotTheContractIsBroken(string payload)
    {
        var items = new JsonReadings(Encoding.UTF8.GetBytes(payload));
        while (items.Next(out _))
        {
        }
        Assert.NotNull(items.Broken);
    }
}
