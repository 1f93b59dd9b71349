using Microsoft.Playwright;

namespace MeterPipeline.ServerTests.Web;

/// <summary>Forms sent as people send them, without looking at the page that is about to go.</summary>
internal static class PageForms
{
    /// <summary>Does what sends the form, and waits until the answer's page has taken the place of this one, whatever its address.</summary>
    /// <remarks>The answer's arrival is too early to go on: the old page still stands for a moment, and would be filled and looked at.</remarks>
    internal static async Task SubmitAsync(this IPage page, Func<Task> send)
    {
        await page.EvaluateAsync("document.documentElement.setAttribute('data-sent', '')");
        await send();
        await page.Locator("html:not([data-sent])").WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        await page.WaitForLoadStateAsync(LoadState.DOMContentLoaded);
    }

    /// <summary>Signs in at the page that asks for it.</summary>
    internal static async Task SignInAsync(this IPage page, string name, string password)
    {
        await page.FillAsync("#name", name);
        await page.FillAsync("#password", password);
        await page.SubmitAsync(() => page.ClickAsync("main form button"));
    }
}
