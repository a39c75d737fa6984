using System.Linq;
using Microsoft.CodeAnalysis;

namespace DlAot.CodeFixes;

/// <summary>Names for what fixes declare.</summary>
internal static class Names
{
    /// <summary>The name, or with the first number that nothing there has.</summary>
    public static string Free(string name, SemanticModel model, int position)
    {
        string free = name;
        for (int i = 2; model.LookupSymbols(position, name: free).Any(); i++)
        {
            free = name + i;
        }

        return free;
    }
}
