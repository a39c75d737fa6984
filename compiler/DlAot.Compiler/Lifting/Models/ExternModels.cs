namespace DlAot.Compiler.Lifting.Models;

/// <summary>
/// Operations that have no kernel and no decomposition: the user's own call stays, and a rule foretells the types of its results. Only
/// what no other table knows is added.
/// </summary>
internal static class ExternModels
{
    public static void Register(ModelTable t)
    {
        RecurrentModels.Register(t);
        ExternLayerModels.Register(t);
        ExternWindowModels.Register(t);
        ExternImageModels.Register(t);
        ExternOrderModels.Register(t);
        ExternAlgebraModels.Register(t);
        ExternSelectionModels.Register(t);
        ExternLossModels.Register(t);
        ExternElementwiseModels.Register(t);
        ComplexModels.Register(t);
    }

    /// <summary>A function of <c>torch</c> that is a method of <c>Tensor</c> too.</summary>
    public static void Both(ModelTable t, string names, ResultRule rule, bool mayShare = false)
    {
        foreach (string name in names.Split(' '))
        {
            t.AddCall(ExternSite.Model(rule, mayShare), $"torch.{name}", $"Tensor.{name}");
        }
    }

    /// <summary>Functions of one class.</summary>
    public static void Functions(ModelTable t, string type, string names, ResultRule rule, bool mayShare = false)
    {
        foreach (string name in names.Split(' '))
        {
            t.AddCall(ExternSite.Model(rule, mayShare), $"{type}.{name}");
        }
    }
}
