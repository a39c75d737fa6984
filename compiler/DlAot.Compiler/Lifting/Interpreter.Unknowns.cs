using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Models;
using DlAot.Compiler.Reading;
using DlAot.Ir;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>Dictionaries from outside.</summary>
public sealed partial class Interpreter
{
    /// <summary>Whether a dictionary from outside has the key; where the constructor does not tell, it has.</summary>
    /// <param name="isRead">The program throws when it has not.</param>
    internal bool HoldsKey(ObjectRef dictionary, object key, bool? predicted, string method = "ContainsKey", bool isRead = false)
    {
        string name = $"{dictionary.Access!.Key}.has({key})";
        if (!held.TryGetValue(name, out bool holds))
        {
            if (predicted is null && !isRead)
            {
                openDecisions.Add(Decisions.Count);
            }

            held[name] = holds = predicted ?? Decisions.Take(true);
            AddGuard(new Guard.HasKey(dictionary.Access, key, MethodOf(dictionary.Instance.Type, method), holds, Location));
        }

        return holds;
    }

    private readonly Dictionary<string, bool> held = new(StringComparer.Ordinal);

    /// <summary>What a dictionary from outside has under the key.</summary>
    internal AbstractValue ReadKeyed(ObjectRef dictionary, object key, AbstractValue? predicted)
    {
        MethodReference getter = MethodOf(dictionary.Instance.Type, "get_Item");
        TypeReference type = Generics.Fill(getter.ReturnType, getter.DeclaringType);
        return Read(predicted ?? new Unknown(type, $"the element {key}"), new Access.Keyed(dictionary.Access!, key, getter, type));
    }

    // The one with a key as its first parameter.
    private MethodReference MethodOf(TypeReference dictionary, string name)
    {
        foreach (TypeReference t in World.Hierarchy(dictionary).Concat(World.Interfaces(dictionary)))
        {
            if (World.Resolve(t)?.Methods.FirstOrDefault(m => m.Name == name && m.Parameters is [var key] && (key.ParameterType is GenericParameter || key.ParameterType.MetadataType == MetadataType.String)) is { } found)
            {
                return OnType(found, t);
            }
        }

        throw Fail(Rules.UnknownCall, $"{dictionary.Name}.{name}");
    }

    /// <summary>Whether a value is of the type, as <c>is</c> says.</summary>
    internal bool IsInstance(AbstractValue v, TypeReference type) => AsInstance(v, type) is not Constant { IsNull: true };
}
