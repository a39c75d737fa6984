using DlAot.Compiler.Diagnostics;
using DlAot.Compiler.Lifting.Models;
using DlAot.Compiler.Reading;
using Mono.Cecil;

namespace DlAot.Compiler.Lifting;

/// <summary>
/// Submodules as <c>children()</c> gives them: read from the module's own table of what is registered, so that a guard sees
/// everything that was registered or replaced since. A Sequential has a list of its own, which its <c>named_children()</c> walks.
/// </summary>
public sealed partial class Interpreter
{
    private const string Table = "_internal_submodules";

    /// <summary>Names and submodules in the order of registration.</summary>
    internal IEnumerable<(AbstractValue Name, AbstractValue Child)> Children(ObjectRef module)
    {
        (string Name, AbstractValue Child)[] predicted = [.. Registered(module.Instance)];
        if (module.Access is not { } access)
        {
            return predicted.Select(p => ((AbstractValue)new Constant(p.Name), p.Child));
        }

        TypeDefinition definition = World.Resolve(World.Hierarchy(module.Instance.Type).First(t => t.FullName == World.ModuleBase))!;
        FieldDefinition field = definition.Fields.FirstOrDefault(f => f.Name == Table) ?? throw Fail(Rules.MissingMember, $"Module.{Table}");
        if (World.Hierarchy(module.Instance.Type).Any(t => !IsOurs(t) && ModelTable.ShortName(t) == "Sequential"))
        {
            return Walked(access, definition.Methods.First(m => m.Name == "named_children"), predicted);
        }

        var table = new Access.Field(access, field, field.FieldType);
        if (guarded.Add($"{table.Key}.Count"))
        {
            guards.Add(new Guard.Count(table, CountGetter(field.FieldType), predicted.Length, Location));
        }

        return predicted.Select((p, i) => Entry(table, i, p.Name, p.Child));
    }

    private IEnumerable<(AbstractValue Name, AbstractValue Child)> Walked(Access module, MethodDefinition walk, (string Name, AbstractValue Child)[] predicted)
    {
        TypeReference basic = World.Module.TypeSystem.Object, entry = ((GenericInstanceType)walk.ReturnType).GenericArguments[0];
        var list = new Access.Walk(module, walk, [], IsFirst: false, new ArrayType(basic));
        if (guarded.Add($"{list.Key}.Count"))
        {
            guards.Add(new Guard.Count(list, null, predicted.Length, Location));
        }

        for (int i = 0; i < predicted.Length; i++)
        {
            var place = new Access.Element(list, i, null, basic);
            AddGuard(new Guard.Null(place, false, Location));
            var typed = new Access.Cast(place, entry);
            yield return (Read(new Constant(predicted[i].Name, Assumed: true), Part(typed, 0)), Read(predicted[i].Child, Part(typed, 1)));
        }
    }

    // Entry i of the table is a tuple of name and module.
    private (AbstractValue Name, AbstractValue Child) Entry(Access.Field table, int i, string name, AbstractValue child)
    {
        MethodReference getter = Indexer(table.Type)!;
        var type = (GenericInstanceType)Generics.Fill(getter.ReturnType, getter.DeclaringType);
        var entry = new Access.Element(table, i, getter, type);
        TypeDefinition tuple = World.Resolve(type)!;
        return (Read(new Constant(name, Assumed: true), Part(0)), Read(child, Part(1)));

        Access.Field Part(int at)
        {
            FieldDefinition item = tuple.Fields.First(f => f.Name == $"Item{at + 1}");
            return new Access.Field(entry, new FieldReference(item.Name, item.FieldType, type), type.GenericArguments[at]);
        }
    }

    // What the constructor registers: by name first, then the fields of the class and of its base classes.
    private IEnumerable<(string Name, AbstractValue Child)> Registered(Instance module)
    {
        if (module.Items is { } items)
        {
            return items.Select((item, i) => (module.Keys?[i] is Constant { Value: string key } ? key : i.ToString(System.Globalization.CultureInfo.InvariantCulture), item));
        }

        if (module.IsOpaque || module.Facts.ContainsKey(ByName + "?"))
        {
            throw Fail(Rules.UndeterminableTarget, "Module.children", module.Reason ?? module.Type.Name);
        }

        var found = new List<(string Name, AbstractValue Child)>();
        foreach ((string key, AbstractValue child) in module.Facts.Where(f => f.Key.StartsWith(ByName, StringComparison.Ordinal)))
        {
            found.Add((key[ByName.Length..], child));
        }

        foreach (TypeReference type in World.Hierarchy(module.Type).TakeWhile(t => IsOurs(t)))
        {
            foreach (FieldDefinition field in World.Resolve(type)!.Fields.Where(f => !f.IsStatic))
            {
                if (module.Fields.GetValueOrDefault(Key(field)) is ObjectRef child && World.IsModule(child.Instance.Type) && found.All(c => c.Name != ComponentName(field)))
                {
                    found.Add((ComponentName(field), child));
                }
            }
        }

        return found;
    }

    private static string ComponentName(FieldDefinition field) =>
        field.CustomAttributes.FirstOrDefault(a => a.AttributeType.Name == "ComponentNameAttribute")?.Properties.FirstOrDefault(p => p.Name == "Name").Argument.Value as string ?? field.Name;
}
