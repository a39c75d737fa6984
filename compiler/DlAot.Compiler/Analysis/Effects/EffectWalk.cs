using System.Collections.Immutable;
using DlAot.Compiler.Lifting;
using DlAot.Compiler.Outlining;
using DlAot.Compiler.Reading;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DlAot.Compiler.Analysis.Effects;

/// <summary>
/// One method: where each value on the stack comes from, what is read and written on the way. Locals have one place for the whole method
/// (the join of all that is stored in them), the stack at a join the join of what comes there.
/// </summary>
/// <param name="effectsOf">What is known so far of a method of the assembly.</param>
internal sealed class EffectWalk(MethodDefinition method, Func<MethodDefinition, MethodEffects> effectsOf, Func<MethodReference, TypeReference?, IEnumerable<MethodDefinition>> targetsOf)
{
    // Stored places only ever widen; a few rounds do.
    private const int MostRounds = 4;

    private static readonly Place Fresh = Place.Of(Root.Fresh);

    private readonly Dictionary<object, Place> locals = [];
    private readonly Dictionary<(bool, Place, string?), HeapAccess> accesses = [];
    private readonly WorkingBody body = new(method);
    private Place? returns;
    private bool changed;

    public MethodEffects Run()
    {
        for (int round = 0; round == 0 || (changed && round < MostRounds); round++)
        {
            changed = false;
            Pass();
        }

        return new([.. accesses.Values.OrderBy(a => a.Location.IlOffset).ThenBy(a => a.What.ToString(), StringComparer.Ordinal)], returns ?? Fresh);
    }

    private void Pass()
    {
        Place[]?[] before = new Place[]?[body.Code.Count];
        foreach (ExceptionHandler h in body.Handlers.Where(h => h.HandlerType is ExceptionHandlerType.Catch or ExceptionHandlerType.Filter))
        {
            before[body.IndexOf(h.HandlerStart)] = [Fresh];
            if (h.FilterStart is not null)
            {
                before[body.IndexOf(h.FilterStart)] = [Fresh];
            }
        }

        for (int k = 0; k < body.Code.Count; k++)
        {
            Instruction i = body.Code[k];
            Place[] stack = before[k] ?? [];
            int pops = IlCode.Pops(i, method);
            pops = pops < 0 || pops > stack.Length ? stack.Length : pops;
            Place[] operands = stack[^pops..], rest = stack[..^pops];
            Place[] after = IlCode.Pushes(i) switch
            {
                0 => Effect(rest, i, operands),
                1 => [.. rest, Result(i, operands)],
                _ => operands.Length > 0 ? [.. rest, operands[0], operands[0]] : rest,
            };
            foreach (Instruction target in IlCode.Targets(i))
            {
                Reach(body.IndexOf(target), i.OpCode.Code == Code.Leave ? [] : after);
            }

            if (IlCode.FallsThrough(i) && k + 1 < body.Code.Count)
            {
                Reach(k + 1, after);
            }
        }

        void Reach(int at, Place[] stack) =>
            before[at] = before[at] is { } known && known.Length == stack.Length ? [.. known.Zip(stack, (a, b) => a.Join(b))] : before[at] ?? stack;
    }

    private Place[] Effect(Place[] rest, Instruction i, Place[] operands)
    {
        _ = Result(i, operands);
        return rest;
    }

    private Place Result(Instruction i, Place[] operands)
    {
        switch (i.OpCode.Code)
        {
            case Code.Ldarg or Code.Ldarga:
                return Argument((ParameterDefinition)i.Operand);
            case Code.Starg:
                Store(i.Operand, operands[0]);
                return Fresh;
            case Code.Ldloc or Code.Ldloca:
                return locals.GetValueOrDefault(i.Operand, Place.Of(Root.Fresh, ((VariableDefinition)i.Operand).VariableType));
            case Code.Stloc:
                Store(i.Operand, operands[0]);
                return Fresh;
            case Code.Ldfld or Code.Ldflda:
                var read = (FieldReference)i.Operand;
                return Field(i, false, operands[0], read);
            case Code.Stfld:
                var written = (FieldReference)i.Operand;
                return Field(i, true, operands[0], written);
            case Code.Ldsfld or Code.Ldsflda or Code.Stsfld:
                var field = (FieldReference)i.Operand;
                return field.Name.StartsWith('<') || field.DeclaringType.Name.StartsWith('<') ? Fresh // the compiler's own caches of delegates
                    : Touch(i, i.OpCode.Code == Code.Stsfld, new Place(Root.Static, -1, field.DeclaringType.Name, [field.Name], field.FieldType), field);
            case >= Code.Ldelema and <= Code.Ldelem_Ref or Code.Ldelem_Any:
                return Touch(i, false, operands[0].Then("[]", (operands[0].Type as ArrayType)?.ElementType), null);
            case >= Code.Stelem_I and <= Code.Stelem_Ref or Code.Stelem_Any:
                return Touch(i, true, operands[0].Then("[]"), null);
            case >= Code.Stind_Ref and <= Code.Stind_R8 or Code.Stind_I or Code.Stobj or Code.Initobj:
                return operands[0].Steps.IsEmpty && operands[0].Root != Root.Parameter ? Fresh : Touch(i, true, operands[0], null);
            case Code.Castclass or Code.Isinst or Code.Unbox_Any or Code.Box or Code.Unbox:
                return operands[0] with { Type = (TypeReference)i.Operand };
            case (>= Code.Ldind_I1 and <= Code.Ldind_Ref) or Code.Ldobj:
                return operands[0];
            case Code.Newobj:
                Call(i, (MethodReference)i.Operand, [Fresh, .. operands]);
                return Place.Of(Root.Fresh, ((MethodReference)i.Operand).DeclaringType);
            case Code.Call or Code.Callvirt:
                var called = (MethodReference)i.Operand;
                return Call(i, called, called.HasThis ? operands : [Fresh, .. operands]);
            case Code.Ret when operands.Length > 0:
                returns = returns is null ? operands[0] : returns.Join(operands[0]);
                return Fresh;
            default:
                return Fresh;
        }
    }

    private Place Argument(ParameterDefinition p) =>
        p == method.Body.ThisParameter ? Place.Of(Root.This, method.DeclaringType) : locals.TryGetValue(p, out Place? stored) ? Place.Argument(p).Join(stored) : Place.Argument(p);

    private void Store(object local, Place value)
    {
        Place joined = locals.TryGetValue(local, out Place? known) ? known.Root == Root.Fresh && known.Type is null ? value : known.Join(value) : value;
        if (!joined.Equals(known))
        {
            locals[local] = joined;
            changed = true;
        }
    }

    // An automatic property is named as the property; what only the C# compiler knows (the state of an iterator) nobody else sees.
    private Place Field(Instruction i, bool isWrite, Place owner, FieldReference field)
    {
        string name = field.Name.StartsWith('<') ? field.Name[1..Math.Max(1, field.Name.IndexOf('>'))] : field.Name;
        TypeReference type = Generics.Fill(field.FieldType, field.DeclaringType);
        return name.Length == 0 || field.DeclaringType.Name.StartsWith('<') ? owner.Then(name.Length == 0 ? "state" : name, type) : Touch(i, isWrite, owner.Then(name, type), field);
    }

    private Place Touch(Instruction i, bool isWrite, Place place, FieldReference? field)
    {
        Add(new HeapAccess(isWrite, place, Frame.Locate(method, i), field, []));
        return place;
    }

    private void Add(HeapAccess access)
    {
        if (access.What.Escapes)
        {
            accesses.TryAdd(access.Key, access);
        }
    }

    // operands[0] is the receiver, of a static method a new object.
    private Place Call(Instruction i, MethodReference called, Place[] operands)
    {
        Place receiver = operands[0];
        Place[] arguments = operands[1..];
        Place? result = null;
        foreach (MethodDefinition target in targetsOf(called, receiver.Type))
        {
            MethodEffects effects = effectsOf(target);
            foreach (HeapAccess access in effects.Accesses)
            {
                string step = $"{target.Name}() at {Frame.Locate(method, i)}";
                Add(access with { What = access.What.From(receiver, arguments), Via = access.Via.Length < 6 ? access.Via.Insert(0, step) : access.Via });
            }

            Place returned = effects.Returns.From(receiver, arguments);
            result = result is null ? returned : result.Join(returned);
        }

        if (result is not null)
        {
            return result;
        }

        if (LibraryEffects.Writes(called))
        {
            Touch(i, true, receiver.Then("[]"), null);
        }

        Place on = called.HasThis || arguments.Length == 0 ? receiver : arguments[0];
        return LibraryEffects.GivesReceiver(called) ? on
            : LibraryEffects.GivesElement(called) ? on.Then("[]", Generics.Fill(called.ReturnType, called.DeclaringType))
            : Place.Of(Root.Fresh, called.ReturnType);
    }
}
