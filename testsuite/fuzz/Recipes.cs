using DlAot.Ir;

namespace DlAot.Tests.Fuzz;

/// <summary>How a random graph gets one more op (or a few that belong together); does nothing when no value fits.</summary>
/// <param name="Op">The op that it is for.</param>
/// <param name="Weight">How often it is taken.</param>
internal sealed record Recipe(OpDef Op, int Weight, Action<GraphGenerator> Apply);

/// <summary>All recipes: at least one for every op of the table.</summary>
internal static class Recipes
{
    public static IReadOnlyList<Recipe> Rows { get; } = [.. LaneRecipes.Rows, .. MoveRecipes.Rows, .. FoldRecipes.Rows, .. ProductRecipes.Rows];
}
