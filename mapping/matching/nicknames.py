"""Short and other forms of first names in common American use. Pure.

Left out on purpose are pairs that public lists of nicknames hold but that are as often two people: Andrew and Andrea,
Eric and Erica, Jose and Joseph, Patrick and Peter, Bill and Robert.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache

_SOUNDS = (("ch", "#"), ("ck", "k"), ("c", "k"), ("#", "ch"), ("ph", "f"), ("z", "s"))
_DOUBLED = re.compile(r"(.)\1+")

# Every name of a group may stand for every other one of it. Groups are parted by commas.
_GROUPS = """
aaron ron ronnie, abigail abby abbie abbey gail, abraham abram abe bram, adam ad, adelaide addie adele heidi, adeline
addie addy della, adolfo adolf fito, adrian ade rian, adrienne adri, agnes aggie nessa, agustin gus, aidan aiden, alan
allan allen al, albert al bert bertie albie, alberta bertie allie, alberto beto al, alejandra alex ale, alejandro alex
ale jandro alejo, alexander alex al alec xander sandy sasha lex sacha, alexandra alex sandy alexa lexi allie sasha,
alexandria alex allie drina lexi, alexis alex lexi lex, alfonso alfonzo al poncho fonzie, alfred al alf alfie fred
freddie freddy, alfredo al fredo fred, alice ali allie ally, alicia ali allie lisha, alison allison alyson ali allie
ally, alonzo al lon lonnie, alphonse al, alvin al vin vinnie, alyssa lissa ally aly, amanda mandy manda, amelia amy
millie mel, anastasia stacy stacey ana, anderson andy, andrea andi drea, andres andy, andrew andy drew andre, angela
angie ang, angelica angie, angelina angie lina, angelo ang, anita nita, ann anne annie, anna annie ana, annabelle
belle, annette annie netta nettie, anselmo chemo, anthony antony tony ant tonio, antoinette toni nettie, anton tony,
antonia toni, antonio tony tonio, archibald archie arch, ariel ari, armando mando, arnold arnie, arnoldo arnie noldo,
arthur art artie, arturo art turo, ashley ash, aubrey bree, audrey aud dee, august augie gus, augustine augie gus,
augustus gus augie, austin aus, barbara barb barbie babs bobbie, barnabas barney, barnard barney, barrett barry,
bartholomeo bart, bartholomew bart, beatrice bea trixie, beatriz bea betty, belinda bel lindy, benedict ben bennie
benny, benjamin ben benny bennie benji benjy benj, bennett ben benny, bernadette bernie bern detta, bernard bernie
barney bern, bernardo bernie nardo, bernice bernie bunny, bertha bertie bert, bertram bert, bethany beth, beverly
beverley bev, blanche bea, bonita bonnie, braden brady, bradford brad ford, bradley brad, brandi brandy, brandon brand
bran, brenda bren, brendan brendon bren, brent brenton, brett bret, brian bryan bry, brianna briana bri, bridget
bridgette biddy bridie, brittany britney brittney britt brit, bronwyn bron, brooke brook, bruce brucie, byron ron,
caitlin caitlyn katelyn kaitlyn cait kate, caleb cal, calvin cal vin, cameron cam ron, camilla millie cammie milla,
camille millie cammie cam, candace candice candy, carl karl, carlos charlie carlitos, carlton carl, carmela carm mela,
carmelo mel, carmen carm, carol carole carrie, carolina caro carrie, caroline carrie callie lina, carolyn carrie lynn
callie, carter cart, casandra cassandra cass cassie sandy, casey case, casimir cas casey, casper cass, catalina cathy
lina cat, catherine katherine kathryn cathy kathy cat kate katie katy kat kay kit kitty cathie katharine, cathleen
kathleen cathy kathy kate katie kay, cecil cec, cecilia celia cissy ceci, cedric ced rick, celeste cel, cesar cez,
chadwick chad, charity char, charlene charlie char, charles charlie charley chuck chas chaz chip charly, charlotte
charlie char lottie, chelsea chels, cheryl cher sheryl, chester chet, christian chris cristian, christina chris
chrissy christy kristy tina kris cristina kristina, christine chris chrissy christy kristy tina kris kristine,
christopher chris topher kit cris kris kristopher cristopher christoph kip, christy christie chris, cindy cynthia
cyndi cindi, claire clare clara, clarence clare, clark clarke, claudia claud, clayton clay, clement clem, clemente
clem, clifford cliff, clifton cliff, clinton clint, clyde cly, colin collin, colleen coll, connor conor con, conrad
con connie, constance connie, consuelo connie chelo, corey cory, cornelius neil con corny, courtney court, craig greg,
crystal crys, curtis curt kurt, cyrus cy, dale dal, dallas dal, dalton dal, damian damien, damon day, daniel
dan danny dannie danni, danielle dani danny, danilo dan, darlene darla, darrell darryl daryl darrel darryll, darren
darrin daren, daryl darryl, david dave davey davie davy, dean deano, deanna dee, deborah debra deb debbie debby
debora, deirdre dee didi, delbert del bert, delores dolores lola dee, demetrius meet demetri, denise denny dee, dennis
denny den denis, derek derrick rick, desmond des, diana di, diane dianne di, dolores lola, domingo mingo, dominic
dominick dom nick, dominique dom, donald don donnie donny, donna donnie dona, donovan don, dorothea dot thea, dorothy
dot dottie dolly dory, douglas doug dougie, dustin dusty, dwayne duane dewayne, dylan dyl dillon, earl earle, ebenezer
eben, edgar ed eddie, edgardo eddie gardo, edith edie, edmond ed eddie ned, edmund ed eddie ned ted, edna eddie,
eduardo ed eddie lalo, edward ed eddie eddy ned ted teddy, edwin ed eddie win, efrain ef, eileen aileen, elaine
lainie, eleanor ellie nell nora ella elinor lenora, elena lena elle, elias eli, elijah eli lige, elisabeth elizabeth
liz beth betsy betty eliza lizzie libby bess bessie liza liddy, elizabeth elisabeth liz beth betsy betty eliza lizzie
libby liza bess lizzy elsie, ella ellie, ellen ellie nell elle, elliot elliott, elmer el, elsa elsie, elvira elvie,
emanuel manny manuel emmanuel, emilio milo, emily em emmie emmy, emma em emmie, enrique rick kike ricky, eric erik
rick ricky, erica erika ricki, ernest ernie erny, ernesto ernie neto, esmeralda esme, esteban steve, estella estelle
stella, esther essie hettie, ethan eth, eugene gene, eugenia genie gena, evan ev, evangeline eva evie angie, evelyn
eve evie ev, everett ev, ezekiel zeke, faith fay, federico fred rico kiko, felicia fel, felicity fliss, felipe phil
pipe, felix fel, ferdinand ferd ferdie, fernando nando fern ferdie, florence flo flossie, floyd flo, forrest forest,
frances fran francie frannie frankie, francesca fran frankie, francine fran, francis frank fran frankie frannie,
francisco frank paco pancho cisco frankie, frank frankie, franklin frank frankie, franklyn frank, fred freddie freddy,
frederic frederick fred freddie freddy rick fritz, frederico fred rico, gabriel gabe gabby, gabriela gabby gaby,
gabrielle gabby elle, garrett garry, gary garry, gene eugene, genevieve gen jenny viv, geoffrey jeffrey geoff jeff,
george georgie, georgia georgie, georgina georgie gina, gerald gerry jerry, geraldine gerry geri jerry dina, gerard
gerry jerry rard, gerardo gerry jerry lalo, german hermann, gertrude gert trudy gertie, gilbert gil bert, gilberto gil
beto, gillian gill jill, giovanni gio vanni, giuseppe joe beppe, gladys glad, glen glenn, gloria glo, gonzalo gonzo
chalo, gordon gord gordy, grace gracie, graham gray, gregg greg, gregorio greg goyo, gregory greg gregg, griffin
griff, guadalupe lupe, guillermo memo willie, gustavo gus tavo, gwendolyn gwen wendy, hannah hanna, harold hal harry,
harriet hattie harrie, harrison harry, harry hank, harvey harv, heather heath, hector hec, helen nell nellie, helena
lena, henry hank harry hal hap, herbert herb bert herbie, heriberto beto, herman hermie, hilary hillary, hilda hildy,
hiram hi, holly hollie, homer home, horace horrie, howard howie, hubert bert hub, hugh hughie huey, hugo hugs,
humberto beto, hunter hunt, ian iain, ignacio nacho iggy, ignatius iggy nate, imelda mel, immanuel manny, ingrid inga,
ira ire, irene reenie, irvin irv, irving irv, isaac ike zac, isaak ike, isabel isabelle isabella izzy bella belle
bell, isadora izzy dora, isaiah zay ike, isidore izzy, isidro izzy sid, ismael ish, israel izzy, ivan van, jackson
jack, jacob jake jay coby, jacqueline jackie jacqui jaclyn jacky, jaime jimmy jaimie, jamal jam, james jim jimmy
jimmie jamie jem jay jimbo, jameson jamie, jan janice, jane janie, janet jan, janice jan janis, jared jarod jerry,
jasmine jas jazz, jason jay jase, jasper jas, jay jayson, jean jeanie jeannie, jeanette jeannette jeanie, jeanne jean
jeannie, jedediah jed, jefferson jeff, jeffery jeffrey jeff geoff, jeffrey jeffery jeff, jennifer jen jenny jenna
jennie jenn, jeremiah jerry jem, jeremy jerry jem jeremie jez, jermaine jerm, jerome jerry, jeronimo jerry, jerrold
jerry, jesse jess jessie, jessica jess jessie, jesus chuy chucho, jill jillian, jo joanne joann joanna, joan joanie,
joann joanne jo, joanna joanne jo, joaquin quino, jocelyn joss, jodi jody, joel joe, john johnny jack jon jonny
johnnie jock, johnathan johnny jon jonathan, jonah jon, jonas jon, jonathan jon jonny johnathan, jordan jordy jory,
jorge jorgito, jose pepe joe, josefina josie pepa, joseph joe joey jo jos joss, josephine jo josie, joshua josh,
josiah joe si, joyce joy, juan juanito, juanita nita, judith judy jude judi, julia jules, julian jules jule, juliana
jules, julie jules, julio jules, julius jules, justin just, justina tina, karen kari kare, karla carla, kathryn kathy
kate katie kay kat, katrina kat trina kate, kayla kay, keith keif, kelly kelli kelley, kelvin kel, kendall ken kendra,
kendrick ken rick kenny, kenneth ken kenny kenn, kent kenton, kerry kerri, kevin kev, kimberly kimberley kim kimmy,
kirk kirkland, kristen kristin kris kristi krissy kristy, kristina kris krissy tina, kristopher kris, kurt kurtis,
kyle ky, lamar mar, larry lawrence laurence, latisha tisha, laura laurie, lauren laurie ren, laurence lawrence larry
laurie, lawrence larry laurie law lawry lars lon, lazaro laz, leah lee, leander lee, leila lee, leland lee, leo leon,
leonard leo len lenny leon lennie, leonardo leo leon lenny, leonor nora, leopold leo poldi, leroy lee roy, leslie les
lesley, lester les, leticia letty tish, levi lev, lewis lew louis, liam william, lilia lily, lillian lily lil lilly
lillie, linda lindy lin, lindsay lindsey linds, linwood lin woody, lionel leo, lisa lise, llewellyn lew, lloyd loyd,
logan loge, lorenzo larry enzo, loretta lori etta retta, lori laurie, lorraine lori rainey raine, louis lou louie,
louise lou, lourdes lulu, lucas luke luc, lucia lucy, lucille lucy lou, lucinda lucy, luis louie lou, luke lucas,
luther lute, lydia liddy, lyle ly, lynda linda, lynette lynn, lynn lyn lynne, mackenzie mac kenzie, madeline maddie
maddy madeleine lena, magdalena maggie lena magda, malcolm mal, manuel manny manolo, marc mark, marcella marcy, marcia
marcy marsha, marco marc, marcos marc, marcus marc, margaret maggie meg peggy peg marge margie meggie greta madge
maisie daisy, margarita maggie rita marge, margery marge, marguerite maggie peggy rita, maria mia mari, marian marion,
marianne mari, marilyn marilynn, mario mars, marisol mari sol, marissa rissa, marjorie marge margie jorie, marlene
marla, marshall marsh, martha marty mattie patsy, martin marty mart, marvin marv, mary mamie molly polly may mae
minnie, mason mace, mathew matt matthew matty, matilda tilly mattie, matthew matt mathew matty matthias mattie,
maureen mo reenie maurine, maurice moe morrie mo morey morry, mauricio moe, maximilian max, maximiliano max, maxine
max, maxwell max, megan meg meghan meagan, melanie mel, melinda mel mindy lindy, melissa mel missy lissa, melvin mel,
mercedes mercy, meredith merry, merle merl, michael mike mickey mikey mick micky mitch micheal miky mic, michele
michelle shelly shelley mickey chelle shellie, miguel mike migue, mildred millie, miles myles, milton milt, minerva
minnie, miranda randy mandy, miriam mimi miri, misty misti, mitchell mitch, mohammed mohammad muhammad mo mohamed,
moises moe moses, molly mol, monica moni, monique mo nikki, montgomery monty, morgan mo, morris moe morrie mo,
mortimer mort, morton mort, moses moe, muriel mur, myron ron, nadine dee, nancy nan, naomi nomi, natalie nat nattie,
natasha tasha nat, nathan nate nat, nathaniel nate nat nathan than nathanael, neal neil, nelson nels, nestor nes,
newton newt, nicholas nick nicky nicolas nico nic nicko, nicole nicky nikki nichole nic, noah noe, noel nole, nora
norah, norbert bert norb, norberto beto, norma norm, norman norm, norris norm, octavio tavio, olga ollie, oliver ollie
oli, olivia liv livvy, omar om, orlando lando orly, orville orv, oscar ossie, oswaldo waldo ozzie osvaldo, otis ote,
owen ow, pablo pablito, pamela pam, parker park, pascual pat, patricia pat patty trish patti tricia patsy trisha tish,
patrick pat paddy, paul paulie pauly, paula paulie, paulette pauly, pauline polly, pedro pete, penelope penny,
percival percy, perry per, peter pete petey, philip phillip phil, phillip philip phil pip, phillipa pippa, phineas
phin, phoebe fee, phyllis phyl phyllie, porfirio pilo, preston pres, priscilla cilla, prudence prue, quentin quinn
quint, quincy quin, quinton quint, rachel rach rachael shelly, rafael raphael rafe rafa, ralph ralphie, ramiro ram,
ramon ray mon moncho, ramona mona, randal randy, randall randy rand, randolph randy dolph, raquel rocky, raul ray,
raymond ray, raymundo ray mundo, rebecca becky becca reba beck rebekah beckie, refugio cuco, regina gina reggie,
reginald reg reggie renny, rene ren, reuben ruben rube, reynaldo rey naldo ray, rhonda ronda ronnie, ricardo rick
ricky rico richie, richard rick ricky dick rich richie ritchie dickie rickie, rigoberto rigo beto, riley ri, rita rae,
robert bob bobby rob robbie bert robby bobbie robin hob dob, roberta bobbie robbie berta, roberto rob beto bob robbie
bobby bert, rochelle shelly shelley, roderick rod roddy rick, rodney rod roddy, rodolfo rudy rod fito, rodrigo rod
rigo, rogelio roy, roger rog rodge, roland rollie rolly, rolando rollie lando, ronald ron ronnie ronny, ronda ronnie,
ronnie ron, rory ror, rosa rosie, rosalie rose rosie, rosalind roz rosie, rosario charo, roscoe ross, rose rosie,
rosemary rose rosie romy, roxanne roxy rox, roy leroy, ruben ben, rudolfo rudy, rudolph rudy dolph, rufus rufe,
russell russ rusty russel, ruth ruthie, ryan ry, sabrina bri brina, sadie sally, salvador sal chava, salvatore sal,
samantha sam sammy, samson sam, samuel sam sammy sammie, sandra sandy sandi, santiago jim santi chago, sarah sara
sally sadie, scott scotty scot scottie, sean shawn shaun, sebastian seb bash, serena rena, sergio serge checo, seth
se, seymour cy, shannon shan, sharon shari, shaun shawn, shawn shaun, sheila shel, shelby shel, sheldon shel, shelton
shel, sherman sherm, sherry sheri sherri cheri, shirley shirl, sidney sid sydney syd, sigmund sig, silas si, silvester
sly, silvia sylvia, simon si, sofia sophia sophie, solomon sol, spencer spence, stacey stacy, stanford stan, stanislaw
stan, stanley stan, stella star, stephanie steph stephie stefanie steffi, stephen steven steve stephan stevie steph,
sterling ster, steven stephen steve stevie steph, stewart stuart stew stu, stuart stu stew, sullivan sully, susan sue
susie suzy suzie susanne susi, susana susie, suzanne sue suzie suzy, sydney sid syd, sylvester sly syl, sylvia syl,
tabitha tabby, tamara tammy tam, tammy tami tammie, tanya tonya, tatiana tanya tati, taylor tay, terence terrence
terry, teresa terry tess theresa tracy teri tessa terri tere, terrance terrence terry, terry terri, thaddeus thad tad
ted, thelma thel, theodora dora theo, theodore ted teddy theo tad, theresa terry tess teresa tracy terri reese tessa,
thomas tom tommy thom tommie, tiffany tiff tiffani, timothy tim timmy timmie, tobias toby, todd tod, tomas tom tommy,
tracey tracy traci, travis trav, trenton trent, trevor trev, tristan tris, troy tre, tyler ty, tyrone ty, tyson ty,
ulysses uly, ursula ursa, valentina val tina, valentine val, valerie val, vanessa nessa van, vernon vern, veronica ron
ronnie roni vera, vicente vince chente, victor vic vick, victoria vicki vicky tori vickie vic, vincent vince vinnie
vin vinny, vincenzo vince enzo, viola vi, violet vi, virgil virg, virginia ginny ginger ginnie gina, vivian viv,
vladimir vlad, wallace wally, walter walt wally wat, wanda wan, ward ed, warren ren, wayne way, webster webb, wendell
del wen, wesley wes, whitney whit, wilbert will bert, wilbur will, wilfred will fred, wilhelmina mina willa billie,
willard will, william will bill billy willie willy liam wil billie willi, wilson will, winfield win, winifred winnie
freddie, winston win, winthrop win, woodrow woody, xavier xave zavier, yolanda yoli, yvette vette, yvonne von,
zachariah zach zack zak, zachary zach zack zac zak zachery zackary zachariah, zebulon zeb, zechariah zach zeke, zoe
zoey, agnieszka aga, aleksander alek olek, aleksandra ola, antonio tono, concepcion concha, dmitri dima, enrique quique
kike, grzegorz greg grzes, isabel isa, jakub kuba, katarzyna kasia, krzysztof chris krzys krzysiek, malgorzata gosia,
piotr piotrek, rajesh raj, rosario chayo, seamus shay, stanislaw staszek, tadeusz tadek, tomasz tomek, wojciech wojtek,
zbigniew zbyszek
"""


# First names in common use that have no other form above; near in spelling, they are two people and not a slip.
_OTHERS = """
agnieszka ahmad aisha alain alana alina alma alondra amber amina amir amit anand anders andrzej anil anjali aoife
april araceli ariana arjun arlene armand aron arun ashok aurelio ava avery baltazar bartolo benito bianca bilal binh
bjorn blake blanca bogdan boris brock bryant bryce bryson cara caren carina carlo carlota carly carmella cathryn celso
chandra chantel charissa chase chloe ciaran cirilo claude claudio clementine cody cole colm concepcion corinne
cristobal cuong czeslaw dagoberto dane daniela dante dara daria darius dariusz darnell darrius dawn deana deandre
declan deepak dejan delfino delia delroy demarcus derick deshaun deshawn desiree devante devin devon diego dieter dion
dmitri donte dorian doris dragan duc dung dwight edmundo efren elian elisa eliseo eloise eloy elroy elton elvin elvis
emerson emiliano eoin epifanio erasmo erin ernestina ervin esperanza estela etienne eunice eusebio evaristo evelina
ewa fabian fabio fabiola farid fatima feliciano fergus fermin fidel fidencio finbar fiona florine fortino francisca
gage ganesh garfield garth gaspar gavin geneva gilda ginessa gino giselle glenda gopal goran graciela grady grant
gregoria grzegorz gunnar gunther guy hai haley hamid hamza hari harish harley hassan hayden helmut henri henryk
heriberta hernan hieu hilario hipolito hoang hong hope horacio hui hung huong hussein ibrahim ida igor imani ines
inocencio irina irma isabela isidora isis ismail ivy jace jacek jacinto jacques jada jade jaden jalen jamar jamel
jamil jamila jana janelle janine janusz jarrett jarvis javier javiera jayden jayme jayne jeanine jerrod jerzy jesusa
jing joana joaquina johanna joni jordana josefa josue jovan juana judd jun june jurgen kara kareem karie karim karima
karin karina katia kavita keisha kelsey keri khaled khalid khanh kiara kira kiran kirsten klaus kofi krista kristal
krystal krzysztof kumar kwame lakshmi lamont lan lana lance lara lashawn latoya latrice laurent laverne lawanda leann
leanne lei leobardo leocadio leszek librado liliana linh lisandro long lorena lorenza loreto luca luciano lucio luisa
lukasz luna luz mabel macario maciej mahesh mahmoud malgorzata malik mallory manfred manoj manuela mara marcel marcela
marcelo marcie marcin marek margarito mariana mariano maribel maricela marie marina marisa marisela mariusz marlena
marlon marquis marquise marta martina maryann mateo matteo mauro maximo maya meena mehdi melchor melody michel miguela
mikhail mila milan ming minh mireya miroslaw modesto mohan mustafa nadeem nadia nahum nam nasir natalia natividad
naveen nazario nelly nga ngoc nia niamh nicanor nichelle nikita nikolai nils nina nisha noemi nya octavia octavius
odalys odell ofelia oleg olivier omaira ora ovidio padraig paola patrice paulina pavel pawel pearl petr petra philippe
phong phuc phuong pierre pilar ping piotr plutarco pooja pradeep prakash praveen precious primitivo priya prudencio
qiang quan quang rafaela rafal raheem rahim rainer raj rajesh rakesh ramesh rashad rasheed rashid raven ravi reed reid
reina remigio renata rex rhett rocco rocio rodolfa rodrick rohit roman roosevelt rosalba rosalia rosendo roxana royce
ruby rufino ryszard sabino salim salome samir samira sandeep sandro sanjay santos santosh satish saturnino saul
savannah seamus selena sergei severo shana shane shania shanice shaniqua sharron shauna shawna shea sheena shelia
sherika sherrod shyam simone siobhan sixto skyler slawomir socorro son sonia sonja sonya stefan stefano summer sunil
suresh sven svetlana tadeusz tahir tamika taneisha tania tanisha tanner tao tara tariq teofilo terrell thanh thao thi
thierry thu thuy tia timoteo tito tobin tomasz tonia trang trinidad trinity trung tuan tung tuyet tyesha tyra tyree
tyrell ulises uwe valentin valeria vasily venancio vernell viet vijay vikram viktor vinh vinod vonda wade waldemar
walker wei werner wieslaw wilfredo wilma wojciech xin xiomara yadira yan yasmin yesenia yesica ying yong yuri yusuf
yves zbigniew zenaida zoran zulema
"""


@cache
def other_forms(name: str) -> frozenset[str]:
    """Every name that may stand for this folded first name, without itself."""
    return frozenset(_forms().get(name, ())) - {name}


@cache
def form_sounds(name: str) -> frozenset[str]:
    """The sounds of a name's other forms, for spellings of these that are not in common use: "Dann" of Daniel."""
    return frozenset(sound_of(form) for form in other_forms(name))


def is_common_name(name: str) -> bool:
    """Whether this folded word is a first name in common use or one of its short forms."""
    return name in _forms() or name in _common()


@lru_cache(maxsize=50_000)
def sound_of(name: str) -> str:
    """What spellings of one name share: Glenn and Glen, Bryan and Brian, Katherine and Catherine.

    Last letters stay apart, since Toni and Tony are as often two people.
    """
    for written, spoken in _SOUNDS:
        name = name.replace(written, spoken)
    return _DOUBLED.sub(r"\1", name[:-1].replace("y", "i") + name[-1:])


@cache
def _common() -> frozenset[str]:
    return frozenset(_OTHERS.split())


@cache
def _forms() -> dict[str, set[str]]:
    forms: dict[str, set[str]] = defaultdict(set)
    for group in _GROUPS.split(","):
        names = group.split()
        for name in names:
            forms[name].update(names)
    return dict(forms)
