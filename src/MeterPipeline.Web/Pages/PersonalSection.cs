using MeterPipeline.Domain;
using MeterPipeline.Domain.Registry;
using MeterPipeline.Ledger.Users;
using MeterPipeline.Web.Access;

namespace MeterPipeline.Web.Pages;

/// <summary>A household's name and account numbers, as far as the viewer may see them.</summary>
/// <param name="Name">Masked, or whole.</param>
/// <param name="Accounts">Null while masked.</param>
/// <param name="MayAsk">Whether the viewer may have them shown.</param>
/// <param name="Minutes">How long they are shown then.</param>
internal sealed record PersonalSection(string Name, string? Accounts, bool MayAsk, int Minutes)
{
    public static PersonalSection Of(Viewer viewer, Unmasking unmasking, Household household)
    {
        var mayAsk = viewer.Session is not null && viewer.May(Right.Unmask);
        if (!unmasking.Shows(viewer, household.Id)) return new PersonalSection(Figures.Masked(household.Name), null, mayAsk, unmasking.Minutes);
        var accounts = string.Join(", ", unmasking.AccountsOf(household.Id));
        return new PersonalSection(household.Name, accounts.Length == 0 ? "–" : accounts, mayAsk, unmasking.Minutes);
    }

    /// <summary>Asks for the reason, or says that it is on record.</summary>
    public Markup Form(PageFrame frame, string household, int autumn)
    {
        var texts = frame.Texts.Access;
        if (!MayAsk) return Markup.Empty;
        if (Accounts is not null) return Markup.Of($"<p class=\"hint\">{Figures.Fill(texts.Unmasked, Minutes)}</p>");
        return Markup.Of($"""
            <form class="unmask" method="post" action="/households/{Uri.EscapeDataString(household)}/unmask?season={HeatingSeason.NameOf(autumn)}">{frame.Token}
            <input name="reason" aria-label="{texts.UnmaskHint}" placeholder="{texts.UnmaskHint}" maxlength="{AccessEntry.ReasonMax}" required><button>{texts.Unmask}</button></form>
            """);
    }
}
