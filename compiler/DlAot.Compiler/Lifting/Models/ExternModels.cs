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
    }

    /// <summary>A function of <c>torch</c> that is a method of <c>Tensor</c> too, and its form that writes into the tensor where there is one.</summary>
    public static void Both(ModelTable t, string names, ResultRule rule, bool inPlace = false)
    {
        foreach (string name in names.Split(' '))
        {
            t.AddMissing(ExternSite.Model(rule), $"torch.{name}", $"Tensor.{name}");
            if (inPlace)
            {
                t.AddMissing(ExternSite.InPlace(rule), $"torch.{name}_", $"Tensor.{name}_");
            }
        }
    }

    /// <summary>Functions of one class.</summary>
    public static void Functions(ModelTable t, string type, string names, ResultRule rule)
    {
        foreach (string name in names.Split(' '))
        {
            t.AddMissing(ExternSite.Model(rule), $"{type}.{name}");
        }
    }
}
