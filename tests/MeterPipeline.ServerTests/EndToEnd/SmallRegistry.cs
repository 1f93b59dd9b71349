namespace MeterPipeline.ServerTests.EndToEnd;

/// <summary>Two households of one village with a meter each, and a gas company that owns neither.</summary>
internal static class SmallRegistry
{
    /// <summary>What the executable's verbs made of the four files, once for all: an embedded ledger's folder.</summary>
    private static readonly Lazy<IReadOnlyList<(string Name, byte[] Content)>> Imported = new(() =>
    {
        using var pipeline = new PipelineProcess();
        TakeAll(pipeline);
        return [.. Directory.GetFiles(pipeline.Data).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)))];
    });

    /// <summary>A pipeline that has no ledger yet begins with a copy of one that has imported the files; else they are imported into what it has.</summary>
    public static void Import(PipelineProcess pipeline)
    {
        if (!pipeline.IsEmbedded || Directory.Exists(pipeline.Data))
        {
            TakeAll(pipeline);
            return;
        }
        Directory.CreateDirectory(pipeline.Data);
        foreach (var (name, content) in Imported.Value) File.WriteAllBytes(Path.Combine(pipeline.Data, name), content);
    }

    private static void TakeAll(PipelineProcess pipeline)
    {
        Take(pipeline, "divisions", "code,name,parent\n1408,运城市,\n140802,盐湖区,1408\n140802101201,某村,140802101\n");
        Take(pipeline, "companies", "company,name,energy\ngrid,供电公司,electricity\ngas,燃气公司,gas\n");
        Take(pipeline, "households", """
            household_id,name,division,route,conversion,accepted_on,hardship
            H1,张三,140802101201,coal-to-electricity,programme,2025-10-01,none
            H2,李四,140802101201,coal-to-electricity,programme,2025-10-01,dibao
            """);
        Take(pipeline, "meters", """
            meter_id,household_id,company,energy,register_digits,decimals,installed_on,opening,serves
            E1,H1,grid,electricity,6,2,2025-10-01,0,whole-house
            E2,H2,grid,electricity,6,2,2025-10-01,0,whole-house
            """);
    }

    private static void Take(PipelineProcess pipeline, string kind, string csv)
    {
        var (code, output, errors) = pipeline.Verb("import", kind, pipeline.Write(kind + ".csv", csv));
        Assert.True(code == 0, output + errors);
    }
}
