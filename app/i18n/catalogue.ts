/**
 * The one message catalogue: English and Spanish side by side, so that neither can be forgotten.
 * A message is a text with `{names}` in it, or one text per plural form, chosen by its `{count}`.
 * Plain words, sentence case, active voice; no tariff codes. Staff pages speak English and use the common part of it.
 */

/** The plural forms that English and Spanish have. */
export type PluralText = { readonly one: string; readonly other: string };
export type MessageText = string | PluralText;
export type Message = { readonly en: MessageText; readonly es: MessageText };

export const catalogue = {
  // The page itself
  "page.skip": { en: "Skip to main content", es: "Saltar al contenido principal" },
  "page.menu": { en: "Menu", es: "Menú" },
  "page.back": { en: "Back", es: "Volver" },
  "page.navigation": { en: "Main", es: "Principal" },
  "page.language": { en: "Language", es: "Idioma" },
  "page.signIn": { en: "Sign in", es: "Iniciar sesión" },
  "page.signOut": { en: "Sign out", es: "Cerrar sesión" },
  "page.settings": { en: "Settings", es: "Configuración" },
  "page.help": { en: "Help", es: "Ayuda" },
  "page.print": { en: "Print", es: "Imprimir" },
  "page.close": { en: "Close", es: "Cerrar" },
  "page.signedInAs": { en: "Signed in as {name}", es: "Sesión de {name}" },
  "page.emergency": { en: "Emergency, any time: {phone}", es: "Emergencias, a toda hora: {phone}" },
  "page.questions": { en: "Questions? Call {phone}, {hours}", es: "¿Preguntas? Llame al {phone}, {hours}" },

  // Appearance
  "theme.label": { en: "Appearance", es: "Apariencia" },
  "theme.auto": { en: "As my device", es: "Como mi dispositivo" },
  "theme.light": { en: "Light", es: "Claro" },
  "theme.dark": { en: "Dark", es: "Oscuro" },

  // Portal navigation
  "nav.home": { en: "Home", es: "Inicio" },
  "nav.bills": { en: "Bills", es: "Facturas" },
  "nav.usage": { en: "Usage", es: "Consumo" },
  "nav.requests": { en: "Requests", es: "Solicitudes" },
  "nav.pay": { en: "Pay", es: "Pagar" },

  // Accounts
  "account.label": { en: "Account", es: "Cuenta" },
  "account.number": { en: "Account {number}", es: "Cuenta {number}" },
  "account.switch": { en: "Switch account", es: "Cambiar de cuenta" },
  "account.yours": { en: "Your accounts", es: "Sus cuentas" },
  "account.add": { en: "Add an account", es: "Agregar una cuenta" },
  "account.service": { en: "Service address", es: "Dirección del servicio" },

  // Money
  "money.credit": { en: "Credit {amount}", es: "Crédito {amount}" },
  "money.due": { en: "Due {date}", es: "Vence el {date}" },
  "money.pastDue": { en: "{amount} is past due", es: "{amount} está vencido" },
  "money.notYetDue": { en: "{amount} is not due yet", es: "{amount} aún no vence" },
  "money.youOwe": { en: "You owe", es: "Usted debe" },
  "money.yourCredit": { en: "Your credit", es: "Su crédito" },
  "money.nothingOwed": { en: "You owe nothing right now", es: "No debe nada por ahora" },
  "money.pay": { en: "Pay {amount}", es: "Pagar {amount}" },
  "money.payBill": { en: "Pay", es: "Pagar" },
  "money.lastPayment": { en: "Last payment", es: "Último pago" },
  "money.pending": { en: "On its way", es: "En camino" },
  "money.received": { en: "Received", es: "Recibido" },
  "money.returned": { en: "Returned", es: "Devuelto" },
  "money.total": { en: "Total", es: "Total" },
  "money.amount": { en: "Amount", es: "Monto" },

  // Bills
  "bill.one": { en: "Bill", es: "Factura" },
  "bill.soFar": { en: "Bill so far", es: "Factura hasta hoy" },
  "bill.projected": { en: "Likely {low} to {high} by {date}", es: "Probablemente de {low} a {high} para el {date}" },
  "bill.lastBill": { en: "Last bill", es: "Última factura" },
  "bill.period": { en: "{from} to {to}", es: "Del {from} al {to}" },
  "bill.days": { en: { one: "{count} day", other: "{count} days" }, es: { one: "{count} día", other: "{count} días" } },
  "bill.download": { en: "Download PDF", es: "Descargar PDF" },
  "bill.why": { en: "Why this amount?", es: "¿Por qué este monto?" },
  "bill.howWorked": { en: "How we worked it out", es: "Cómo lo calculamos" },
  "bill.paid": { en: "Paid", es: "Pagada" },
  "bill.open": { en: "Not paid yet", es: "Sin pagar" },
  "bill.pastDue": { en: "Past due", es: "Vencida" },
  "bill.none": { en: "No bills yet", es: "Aún no hay facturas" },
  "bill.noneHint": { en: "Your first bill will be here on {date}.", es: "Su primera factura estará aquí el {date}." },

  // Services
  "service.water": { en: "Water", es: "Agua" },
  "service.sewer": { en: "Sewer", es: "Alcantarillado" },
  "service.electric": { en: "Electricity", es: "Electricidad" },
  "service.gas": { en: "Natural gas", es: "Gas natural" },

  // Usage
  "usage.title": { en: "Usage", es: "Consumo" },
  "usage.last14": { en: "Last 14 days", es: "Últimos 14 días" },
  "usage.actual": { en: "Measured", es: "Medido" },
  "usage.estimated": { en: "Estimated", es: "Estimado" },
  "usage.projected": { en: "Expected", es: "Previsto" },
  "usage.range": { en: "Likely range", es: "Rango probable" },
  "usage.lastYear": { en: "A year before", es: "Un año antes" },
  "usage.usual": { en: "Usual range", es: "Rango habitual" },
  "usage.temperature": { en: "High temperature, °F", es: "Temperatura máxima, °F" },
  "usage.noData": { en: "No reading", es: "Sin lectura" },
  "usage.day": { en: "Day", es: "Día" },
  "usage.hour": { en: "Hour", es: "Hora" },
  "usage.month": { en: "Month", es: "Mes" },
  "usage.average": { en: "Average", es: "Promedio" },
  "usage.none": { en: "No usage yet", es: "Aún no hay consumo" },
  "usage.noneHint": { en: "Usage shows here the day after your meter first reports.", es: "El consumo aparece aquí el día después del primer reporte de su medidor." },

  // Charts
  "chart.figures": { en: "Show the figures", es: "Ver las cifras" },
  "chart.from": { en: "From", es: "Desde" },
  "chart.highest": { en: "Highest: {label}, {value}.", es: "Máximo: {label}, {value}." },
  "chart.total": { en: "Total: {value}.", es: "Total: {value}." },
  "chart.step": { en: "Step", es: "Tramo" },
  "chart.price": { en: "Price", es: "Precio" },
  "chart.used": { en: "You used", es: "Usted usó" },
  "chart.charge": { en: "Charge", es: "Cargo" },
  "chart.firstUnits": { en: "First {to}", es: "Primeros {to}" },
  "chart.nextUnits": { en: "{from} to {to}", es: "De {from} a {to}" },
  "chart.restUnits": { en: "Above {from}", es: "Más de {from}" },
  "chart.allUnits": { en: "All", es: "Todo" },
  "chart.pricePer": { en: "{price} per {unit}", es: "{price} por {unit}" },

  // Requests
  "request.new": { en: "New request", es: "Nueva solicitud" },
  "request.none": { en: "No requests", es: "No hay solicitudes" },
  "request.noneHint": { en: "Report a leak, ask about a bill, or start or stop service, and follow it here.", es: "Reporte una fuga, pregunte por una factura, o inicie o termine un servicio, y sígalo aquí." },
  "request.open": { en: "Open", es: "Abierta" },
  "request.done": { en: "Done", es: "Terminada" },

  // Forms
  "form.problem": { en: { one: "There is a problem", other: "There are {count} problems" }, es: { one: "Hay un problema", other: "Hay {count} problemas" } },
  "form.error": { en: "Error:", es: "Error:" },
  "form.optional": { en: "optional", es: "opcional" },
  "form.save": { en: "Save", es: "Guardar" },
  "form.continue": { en: "Continue", es: "Continuar" },
  "form.cancel": { en: "Cancel", es: "Cancelar" },
  "form.sending": { en: "Sending", es: "Enviando" },
  "form.showPassword": { en: "Show", es: "Mostrar" },
  "form.hidePassword": { en: "Hide", es: "Ocultar" },
  "form.passwordShown": { en: "Password is shown", es: "La contraseña está visible" },
  "form.passwordHidden": { en: "Password is hidden", es: "La contraseña está oculta" },
  "form.choose": { en: "Choose one", es: "Elija una opción" },

  // Lists
  "list.newer": { en: "Newer", es: "Más recientes" },
  "list.older": { en: "Older", es: "Más antiguas" },
  "list.pages": { en: "Pages", es: "Páginas" },
  "list.today": { en: "Today", es: "Hoy" },
  "list.yesterday": { en: "Yesterday", es: "Ayer" },
  "list.all": { en: "See all", es: "Ver todo" },
  "list.details": { en: "Details", es: "Detalles" },

  // Live
  "live.connecting": { en: "Reconnecting. What you see may be a moment old.", es: "Reconectando. Lo que ve puede no estar al día." },
  "live.offline": { en: "You are offline. What you see is from {time}.", es: "Sin conexión. Lo que ve es de las {time}." },
  "live.readOnly": { en: "You can look but not change anything for the moment. Nothing is lost; try again in a few minutes.", es: "Por ahora puede ver, pero no cambiar nada. No se pierde nada; intente de nuevo en unos minutos." },
  "live.reload": { en: "Reload", es: "Recargar" },
  "live.back": { en: "Connected again", es: "Conexión restablecida" },

  // Meanings, said in words beside their colour
  "tone.info": { en: "Note", es: "Nota" },
  "tone.good": { en: "Done", es: "Listo" },
  "tone.warn": { en: "Attention", es: "Atención" },
  "tone.bad": { en: "Problem", es: "Problema" },
} as const satisfies Record<string, Message>;

export type MessageKey = keyof typeof catalogue;
