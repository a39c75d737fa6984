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

        // (a, b) = a Tuple, as attention layers return it
        t.AddFirst(Deconstructed, "TupleExtensions.Deconstruct");
    }

    private static AbstractValue? Deconstructed(CallSite s)
    {
        if (s.Arguments[0] is not ObjectRef { Access: null } tuple)
        {
            throw s.Unsupported("a tuple read from outside");
        }

        for (int i = 1; i < s.Arguments.Length; i++)
        {
            ((Pointer)s.Arguments[i]).Save(tuple.Instance.Fields[$"{tuple.Instance.Type.GetElementType().FullName}::Item{i}"]);
        }

        return null;
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
