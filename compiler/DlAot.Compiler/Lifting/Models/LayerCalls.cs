using DlAot.Compiler.Diagnostics;
using DlAot.Ir;

namespace DlAot.Compiler.Lifting.Models;

/// <summary>Layers of TorchSharp.Modules that are run by calling the user's own layer.</summary>
internal static class LayerCalls
{
    /// <summary>Adds the layer's factory and its calls, where the table has none.</summary>
    /// <param name="needsEval">In training mode it draws random numbers, or may.</param>
    public static void Add(ModelTable t, string layer, ResultRule rule, bool needsEval = false)
    {
        t.AddMissing(LayerModels.Made, $"nn.{layer}");
        t.AddMissing(Model(rule, needsEval), $"{layer}.forward", $"{layer}.call");
    }

    /// <summary>A call of the layer's own method.</summary>
    public static CallModel Model(ResultRule rule, bool needsEval = false) => s => Call(s, rule, needsEval);

    public static AbstractValue Call(CallSite s, ResultRule rule, bool needsEval = false)
    {
        ObjectRef self = LayerModels.Self(s);
        if (self.Access is null)
        {
            throw s.Unsupported("a layer made in the method");
        }

        if (s.Method.Name == "call")
        {
            // A hook may do anything, and a result that is not as foreseen would run it twice.
            s.Interpreter.AddGuard(new Guard.NoHooks(self.Access, s.Interpreter.Location));
        }

        if (needsEval && ModuleModels.Training(s, self) is not Constant { Value: 0L })
        {
            throw s.Fail(Rules.RandomNumbers, self.Instance.Type.Name);
        }

        return ExternSite.Call(s, rule);
    }

    /// <summary>
    /// A number that the factory was told under one of the names, as far as it is foreseen: the result is checked. A size that varies
    /// from object to object is foreseen only when it is likely 1, because 1 broadcasts.
    /// </summary>
    public static DimExpr? Fact(CallSite s, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
        {
            if (LayerModels.Self(s).Instance.Facts.TryGetValue(name, out AbstractValue? v))
            {
                return v switch
                {
                    Constant { Value: long n } => n,
                    Size size when s.Interpreter.Guess(size.Value) == 1 => 1,
                    _ => null,
                };
            }
        }

        return null;
    }

    /// <summary>A flag that the factory was told, as far as it is foreseen.</summary>
    public static bool? Flag(CallSite s, params ReadOnlySpan<string> names) => Fact(s, names)?.Constant is long n ? n != 0 : null;
}
